"""Forms: form-js JSON (`.form` files) read into typed fields; the server's check of the answers is the authority.

`load(text) -> Form`. A form asks the same of a page, an import, the API and a random walk.

Components (form-js name → kind): textfield → text, textarea, number, datetime → date (subtype date, time, datetime;
always the wall time of the region, no zone), checkbox, checklist, radio, select, filepicker → file,
dynamiclist → list, group, text → view, separator. Buttons that submit or reset and spacers are left out. All other
types are refused by id with what to draw instead.

Rules (`validate`): required; minLength, maxLength (textfield at most 1,000, textarea 10,000 characters, also when the
form says nothing); pattern and validationType email or phone (textfield); min, max (number). Of number also
decimalDigits, increment, serializeToString; of filepicker multiple, accept; of dynamiclist defaultRepetitions,
allowAddRemove. Limits may be FEEL (`= body.members`). Options come from `values`, or from the context through
valuesExpression or valuesKey: a list of texts or of {label, value}. `conditional.hide` is true, false or FEEL.
`readonly` keeps the default whatever is sent, `disabled` keeps nothing.

Formulas see the context and the answers; within a row the row's first; also `this`, `parent` and `i` as in form-js.
A formula without an answer does not bind. `disallowPassedDates` means: not before the context's date `today`.

Custom properties (form-js "Custom properties", text to text); others are refused unless they begin with "x-":

    any part        help                  help text, instead of `description`
                    example               an example answer, as placeholder and in the pattern's error
                    error                 own Indonesian sentence in place of the general one (not of "required")
    textfield       patternErrorMessage   own sentence for `pattern` alone
                    warnPattern           a pattern that should match; otherwise a warning, not an error
                    warnMessage           own sentence for `warnPattern`
    datetime        notBefore, notAfter   FEEL, e.g. "= body.oath_on", "= today"; a date or a date and time; the day
                                          named is itself allowed
    filepicker      minFiles, maxFiles    default 1 if required, else 0; 10 if multiple, else 1; at most 30
                    maxSize               megabytes of one file, default 25
                    kind                  "photo" (JPEG, PNG, WebP) or "document" (PDF, JPEG, PNG) unless `accept` says
                    capture               "environment" or "user": the page offers the camera
    dynamiclist     minItems, maxItems    filled rows; at most 200
                    rowLabel              heading of a row, e.g. "Kunjungan {n}"

Patterns are searched for, as in JavaScript, so write ^…$; \\d and \\w mean ASCII. Keys are words without dots; nest
with a group's `path`. HTML names join the path with "-": `visits-0-official`.
"""

from engine.forms.checking import Checked, FormError
from engine.forms.display import Row
from engine.forms.fields import (
    Checkbox,
    Checklist,
    Choice,
    Date,
    DynamicList,
    Field,
    File,
    Group,
    Number,
    Option,
    Path,
    Radio,
    Select,
    Separator,
    Text,
    TextArea,
    TextView,
)
from engine.forms.form import Form, load
from engine.forms.naming import html_name

__all__ = [
    "Checkbox", "Checked", "Checklist", "Choice", "Date", "DynamicList", "Field", "File", "Form", "FormError", "Group",
    "Number", "Option", "Path", "Radio", "Row", "Select", "Separator", "Text", "TextArea", "TextView", "html_name",
    "load",
]
