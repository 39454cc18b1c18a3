"""One table: which tag means what to us.

    node         becomes a Node of that kind
    flow, lanes  become flows and lanes
    event        says what an event waits for or does; the word after the colon is Event.kind
    read         is read by the element around it
    kept         has no meaning when run: it stays in the file, nothing below it is looked at
    refused      would have to run and cannot: listed in Process.unsupported, with the reason

A tag of the BPMN namespace that is not in the table, inside a process, is refused too.
"""

from __future__ import annotations

from engine.bpmn.model import EVENTS, GATEWAYS, SUB_PROCESSES, TASKS

NODE, FLOW, LANES, READ, KEPT, REFUSED, EVENT = "node", "flow", "lanes", "read", "kept", "refused", "event"

EVENT_KINDS = {
    "timerEventDefinition": "timer", "messageEventDefinition": "message", "signalEventDefinition": "signal",
    "escalationEventDefinition": "escalation", "errorEventDefinition": "error",
    "terminateEventDefinition": "terminate", "conditionalEventDefinition": "conditional",
    "linkEventDefinition": "link", "compensateEventDefinition": "compensate", "cancelEventDefinition": "cancel",
}

_READ = """documentation extensionElements incoming outgoing eventDefinitionRef conditionExpression condition
timeDate timeDuration timeCycle multiInstanceLoopCharacteristics standardLoopCharacteristics loopCardinality
loopCondition completionCondition loopDataInputRef inputDataItem flowNodeRef lane childLaneSet
dataInputAssociation dataOutputAssociation sourceRef targetRef potentialOwner humanPerformer performer
resourceRef resourceAssignmentExpression formalExpression expression"""

_KEPT = """ioSpecification property dataObject dataObjectReference dataStoreReference association textAnnotation group
auditing monitoring supports dataInput dataOutput inputSet outputSet categoryValueRef partitionElement
partitionElementRef source target dataState rendering"""

REASONS: dict[str, tuple[str, str]] = {
    "script": ("Skrip tidak dijalankan. Ganti dengan tugas layanan yang punya penangan.",
               "Scripts are not run. Use a service task with a handler."),
    "assignment": ("Pemindahan data (assignment) tidak dijalankan. Pakai isian formulir atau ungkapan FEEL.",
                   "Data assignments are not run. Use form fields or a FEEL expression."),
    "transformation": ("Pengubahan data (transformation) tidak dijalankan. Pakai ungkapan FEEL pada syaratnya.",
                       "Data transformations are not run. Use a FEEL expression in the condition."),
    "activationCondition": ("Syarat pengaktifan gerbang kompleks tidak dijalankan. Pakai gerbang paralel atau "
                            "eksklusif.",
                            "Activation conditions are not run. Use a parallel or an exclusive gateway."),
    "loop_output": ("Hasil pengulangan tidak dikumpulkan. Hapus koleksi keluaran dari tanda pengulangan.",
                    "Results of a loop are not collected. Remove the output collection."),
    "loop_behavior": ("Perilaku khusus pengulangan tidak dijalankan. Pakai perilaku bawaan (semua).",
                      "Special loop behaviour is not run. Use the default (all)."),
    "correlation": ("Korelasi pesan tidak dijalankan. Hapus kunci korelasinya; pesan dicocokkan menurut nama.",
                    "Message correlation is not run. Remove the key; messages match by name."),
    "quantity": ("Jumlah token selain 1 tidak dijalankan. Hapus startQuantity dan completionQuantity.",
                 "Token quantities other than 1 are not run. Remove startQuantity and completionQuantity."),
    "language": ("Bahasa ungkapan “{detail}” tidak dijalankan. Tulis ungkapan dalam FEEL, misalnya = decision = "
                 "\"approve\".",
                 "Expressions in “{detail}” are not run. Write FEEL, such as = decision = \"approve\"."),
    "timer": ("Jam ini tidak menyebut tepat satu waktu. Isi tanggal, lama waktu, atau siklusnya.",
              "This timer does not name exactly one time. Give a date, a duration or a cycle."),
    "listener": ("Pendengar (listener) tidak dijalankan. Pakai tugas layanan atau peristiwa eskalasi.",
                 "Listeners are not run. Use a service task or an escalation event."),
    "host_code": ("Kode program “{detail}” tidak dijalankan. Beri tugas ini tipe pekerjaan (topic) yang punya "
                  "penangan.",
                  "Host code “{detail}” is not run. Give the task a job type (topic) that has a handler."),
    "form_fields": ("Isian yang ditanam di dalam gambar tidak ditampilkan. Buat berkas formulir .form di samping "
                    "gambar.",
                    "Form fields inside the drawing are not shown. Make a .form file beside the drawing."),
    "decision": ("Tabel keputusan (DMN) tidak dijalankan dari sini. Pakai gerbang dengan syarat FEEL.",
                 "Decision tables (DMN) are not run from here. Use a gateway with FEEL conditions."),
    "extension": ("Tambahan “{detail}” dari aplikasi lain punya arti saat dijalankan yang tidak kami kenal. Hapus "
                  "tambahan itu.",
                  "Extension “{detail}” has a meaning when run that we do not know. Remove it."),
    "foreign": ("Unsur asing “{detail}” berada di luar extensionElements. Hapus atau pindahkan unsur itu.",
                "Foreign element “{detail}” stands outside extensionElements. Remove or move it."),
    "unknown": ("Unsur “{detail}” tidak dikenal. Ganti dengan unsur yang didukung.",
                "Element “{detail}” is not known. Use a supported element."),
    "misplaced": ("Unsur “{detail}” berada di tempat yang salah. Pindahkan ke dalam proses atau subproses.",
                  "Element “{detail}” is in the wrong place. Move it into a process or sub-process."),
    "must_understand": ("Gambar menuntut tambahan “{detail}” dipahami. Hapus mustUnderstand atau tambahan itu.",
                        "The drawing demands that extension “{detail}” be understood. Remove the demand."),
}

_REFUSED = {
    "script": "script", "assignment": "assignment", "transformation": "transformation",
    "activationCondition": "activationCondition", "loopDataOutputRef": "loop_output",
    "outputDataItem": "loop_output", "complexBehaviorDefinition": "loop_behavior",
    "correlationSubscription": "correlation", "operationRef": "host_code",
}

TAGS: dict[str, str] = {
    **dict.fromkeys(EVENTS | TASKS | GATEWAYS | SUB_PROCESSES | {"callActivity"}, NODE),
    "sequenceFlow": FLOW, "laneSet": LANES,
    **dict.fromkeys(EVENT_KINDS, EVENT),
    **dict.fromkeys(_READ.split(), READ),
    **dict.fromkeys(_KEPT.split(), KEPT),
    **dict.fromkeys(_REFUSED, REFUSED),
}


def reason_for(tag: str) -> str:
    """The key in REASONS of a refused or unknown tag."""
    return _REFUSED.get(tag, "unknown")
