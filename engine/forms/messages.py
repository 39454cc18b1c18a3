"""Every sentence the forms say, Indonesian and English, keyed by a stable code.

`say(code, **values)` answers both languages with the values filled in. The first table is for people who fill in a
form (codes of `FormError`), the second for people who draw one (codes of `Problem`, all beginning with "form.").
Each says what is wrong and how to mend it.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Words(NamedTuple):
    """One sentence in both languages."""

    id: str
    en: str


FILLING: dict[str, Words] = {
    "required": Words("Wajib diisi.", "This is required."),
    "required.checked": Words("Wajib dicentang bila benar.", "Please tick this if it is true."),
    "required.choice": Words("Wajib dipilih salah satu.", "Please choose one."),
    "required.choices": Words("Pilih paling sedikit satu.", "Please choose at least one."),
    "required.file": Words("Lampirkan paling sedikit satu berkas.", "Please attach at least one file."),
    "unknown": Words(
        "Isian “{key}” tidak dikenal formulir ini. Muat ulang halaman, lalu isi kembali.",
        "This form has no field “{key}”. Reload the page and fill it in again."),
    "shape": Words(
        "Isian ini tidak terbaca. Muat ulang halaman, lalu isi kembali.",
        "This answer could not be read. Reload the page and fill it in again."),
    "text": Words("Tulis sebagai teks biasa.", "Please write plain text."),
    "minLength": Words(
        "Tulis paling sedikit {limit} huruf; sekarang {now}.", "Write at least {limit} characters; now {now}."),
    "maxLength": Words(
        "Tulis paling banyak {limit} huruf; sekarang {now}.", "Write at most {limit} characters; now {now}."),
    "pattern": Words(
        "Penulisannya belum sesuai. Periksa kembali contoh atau petunjuknya.",
        "This is not written as expected. Please look at the example or the help."),
    "pattern.example": Words(
        "Penulisannya belum sesuai. Contoh: {example}", "This is not written as expected. Example: {example}"),
    "warnPattern": Words(
        "Penulisannya tidak seperti biasanya. Periksa sekali lagi.", "This is unusual. Please check it once more."),
    "email": Words(
        "Alamat surel belum benar. Contoh: nama@contoh.id", "This email address is not right. Example: nama@contoh.id"),
    "phone": Words(
        "Nomor telepon belum benar. Tulis 8 sampai 15 angka, misalnya 081234567890.",
        "This phone number is not right. Write 8 to 15 digits, for example 081234567890."),
    "number": Words(
        "Tulis angka saja, tanpa titik ribuan; pecahan memakai koma, misalnya 12,5.",
        "Write a number without thousands separators, for example 12.5."),
    "number.huge": Words("Angkanya terlalu besar. Periksa kembali.", "This number is too large. Please check it."),
    "number.whole": Words("Tulis bilangan bulat, tanpa koma.", "Write a whole number."),
    "number.digits": Words(
        "Tulis paling banyak {limit} angka di belakang koma.", "Write at most {limit} digits after the decimal point."),
    "number.increment": Words("Angkanya harus kelipatan {limit}.", "The number must be a multiple of {limit}."),
    "min": Words("Angkanya paling kecil {limit}.", "The number must be at least {limit}."),
    "max": Words("Angkanya paling besar {limit}.", "The number must be at most {limit}."),
    "date": Words(
        "Tanggalnya belum benar. Tulis tahun-bulan-tanggal, misalnya 2024-05-16.",
        "This date is not right. Write year-month-day, for example 2024-05-16."),
    "time": Words(
        "Jamnya belum benar. Tulis jam dan menit, misalnya 09:30.",
        "This time is not right. Write hours and minutes, for example 09:30."),
    "datetime": Words(
        "Tanggal dan jamnya belum benar. Contoh: 2024-05-16T09:30",
        "This date and time is not right. Example: 2024-05-16T09:30"),
    "notBefore": Words(
        "Tidak boleh sebelum {limit}. Periksa kembali tanggalnya.", "Not before {limit}. Please check the date."),
    "notAfter": Words(
        "Tidak boleh sesudah {limit}. Periksa kembali tanggalnya.", "Not after {limit}. Please check the date."),
    "boolean": Words("Pilih ya atau tidak.", "Please choose yes or no."),
    "option": Words(
        "Pilihan ini tidak ada dalam daftar. Pilih dari daftar yang tersedia.",
        "This is not in the list. Please choose from the list."),
    "options.none": Words(
        "Daftar pilihannya belum tersedia. Muat ulang halaman, lalu coba lagi.",
        "The list of choices is not available yet. Reload the page and try again."),
    "file": Words(
        "Berkas ini tidak terbaca. Hapus, lalu unggah kembali.",
        "This file could not be read. Remove it and upload it again."),
    "file.type": Words(
        "Jenis berkas “{name}” tidak diterima. Yang diterima: {limit}.",
        "The kind of file “{name}” is not accepted. Accepted: {limit}."),
    "file.size": Words(
        "Berkas “{name}” terlalu besar. Paling besar {limit} MB.",
        "The file “{name}” is too large: at most {limit} MB."),
    "file.empty": Words(
        "Berkas “{name}” kosong. Unggah kembali berkas yang benar.",
        "The file “{name}” is empty. Upload the right file again."),
    "file.twice": Words(
        "Berkas “{name}” dilampirkan dua kali. Hapus salah satu.",
        "The file “{name}” is attached twice. Remove one of them."),
    "minFiles": Words(
        "Lampirkan paling sedikit {limit} berkas; sekarang {now}.", "Attach at least {limit} files; now {now}."),
    "maxFiles": Words(
        "Lampirkan paling banyak {limit} berkas; sekarang {now}.", "Attach at most {limit} files; now {now}."),
    "minItems": Words(
        "Isi paling sedikit {limit} baris; baru {now} yang terisi.",
        "{now} filled in so far; at least {limit} needed."),
    "maxItems": Words(
        "Isi paling banyak {limit} baris; sekarang {now}.", "Fill in at most {limit} rows; now {now}."),
}

DRAWING: dict[str, Words] = {
    "form.size": Words(
        "Berkas formulir terlalu besar (paling besar {limit} KB). Bagi menjadi beberapa formulir.",
        "The form file is too large (at most {limit} KB). Split it into several forms."),
    "form.deep": Words(
        "Isi berkas bersarang terlalu dalam (paling dalam {limit} tingkat). Sederhanakan susunannya.",
        "The file is nested too deeply (at most {limit} levels). Make it simpler."),
    "form.json": Words(
        "Berkas ini bukan JSON yang benar (baris {line}). Simpan ulang dari penyunting formulir.",
        "The file is not valid JSON (line {line}). Save it again from the form editor."),
    "form.duplicate_key": Words(
        "Kata “{key}” tertulis dua kali dalam satu bagian berkas. Hapus salah satu.",
        "The word “{key}” stands twice in one part of the file. Remove one."),
    "form.shape": Words(
        "Bagian “{part}” bentuknya tidak sesuai. Simpan ulang dari penyunting formulir (form-js, type “default”).",
        "The part “{part}” has the wrong shape. Save it again from the form editor (form-js, type “default”)."),
    "form.id": Words(
        "Formulir belum punya id. Isi id formulir sama dengan id tugasnya.",
        "The form has no id. Give it the id of its task."),
    "form.many": Words(
        "Bagian formulir terlalu banyak (paling banyak {limit}). Bagi menjadi beberapa formulir.",
        "The form has too many parts (at most {limit}). Split it into several forms."),
    "form.empty": Words(
        "“{label}” tidak berisi satu isian pun. Tambahkan isian di dalamnya atau hapus.",
        "“{label}” has no field inside. Add one or remove it."),
    "form.type_unknown": Words(
        "Jenis “{type}” tidak dikenal. Pakai salah satu: {limit}.",
        "The type “{type}” is unknown. Use one of: {limit}."),
    "form.type_refused": Words(
        "Jenis “{type}” tidak dapat dipakai. {mend}", "The type “{type}” cannot be used. {mend_en}"),
    "form.key": Words(
        "Kunci “{key}” tidak dapat dipakai. Isi dengan huruf, angka dan garis bawah, diawali huruf, tanpa titik.",
        "The key “{key}” cannot be used. Use letters, digits and underscores, beginning with a letter, no dots."),
    "form.key_twice": Words(
        "Kunci “{key}” dipakai dua kali. Beri setiap isian kunci yang berbeda.",
        "The key “{key}” is used twice. Give each field a key of its own."),
    "form.id_twice": Words(
        "Id “{key}” dipakai dua kali. Beri setiap bagian id yang berbeda.",
        "The id “{key}” is used twice. Give each part an id of its own."),
    "form.label": Words(
        "Isian ini belum punya label. Isi “Field label” dengan bahasa Indonesia.",
        "This field has no label. Fill in its label."),
    "form.template": Words(
        "Teks “{part}” memakai rumus atau {{{{…}}}}. Tulis sebagai teks biasa.",
        "The text “{part}” uses a formula or {{{{…}}}}. Write plain text."),
    "form.options": Words(
        "Daftar pilihan kosong. Isi paling sedikit satu pilihan dengan label dan nilainya.",
        "The list of options is empty. Add at least one option with its label and value."),
    "form.option": Words(
        "Pilihan ke-{now} belum benar: label dan nilai harus berupa teks, dan nilainya tidak boleh sama dengan "
        "pilihan lain.",
        "Option {now} is not right: label and value must be text, and the value must differ from the others."),
    "form.expression": Words(
        "Rumus pada “{part}” tidak dapat dibaca: {why}", "The formula in “{part}” cannot be read."),
    "form.rule": Words(
        "Nilai “{part}” tidak dapat dipakai: “{now}”. Yang diharapkan: {limit}.",
        "The value of “{part}” cannot be used: “{now}”. Expected: {limit}."),
    "form.rule_unknown": Words(
        "Aturan “{part}” tidak dikenal untuk jenis ini. Hapus, atau pakai salah satu: {limit}.",
        "The rule “{part}” is unknown for this type. Remove it, or use one of: {limit}."),
    "form.pattern": Words(
        "Pola pada “{part}” tidak dapat dibaca: {reason}. Perbaiki polanya.",
        "The pattern in “{part}” cannot be read: {reason}. Mend the pattern."),
    "form.pattern_slow": Words(
        "Pola pada “{part}” dapat berjalan sangat lama (pengulangan di dalam pengulangan, beberapa “.*”, atau "
        "rujukan balik). Tulis pola yang lebih sederhana, misalnya ^[0-9]{{18}}$.",
        "The pattern in “{part}” could run very long (a repeat within a repeat, several “.*”, or a back reference). "
        "Write a simpler one, for example ^[0-9]{{18}}$."),
    "form.bounds": Words(
        "Batas “{part}” lebih besar daripada pasangannya. Tukar atau perbaiki keduanya.",
        "The limit “{part}” is larger than its partner. Swap or mend them."),
    "form.default": Words(
        "Nilai awal tidak dapat dipakai: {reason}", "The default value cannot be used: {reason}"),
    "form.not_repeating": Words(
        "Daftar ini tidak berulang (isRepeating). Pakai “group” bila hanya satu baris.",
        "This list does not repeat (isRepeating). Use a group for a single row."),
}

MENDS: dict[str, Words] = {
    "taglist": Words("Ganti dengan “checklist”.", "Use a checklist."),
    "html": Words("Ganti dengan “text”.", "Use a text view."),
    "image": Words("Hapus; gambar penjelas ditaruh di panduan.", "Remove it; pictures belong in the guide."),
    "iframe": Words("Hapus; halaman tidak memuat apa pun dari luar.", "Remove it; pages load nothing from outside."),
    "expression": Words("Hapus; hitungan dilakukan oleh aturan alur.", "Remove it; the flow's rules compute."),
    "table": Words("Ganti dengan “dynamiclist”.", "Use a dynamic list."),
    "documentPreview": Words("Hapus; lampiran ditampilkan dengan sendirinya.", "Remove it; files are shown anyway."),
    "multipage": Words("Bagi menjadi beberapa “group”.", "Use several groups."),
    "page": Words("Ganti dengan “group”.", "Use a group."),
    "button": Words("Hanya tombol kirim (submit) dan ulang (reset) yang boleh ada; hapus tombol lain.",
                    "Only buttons that submit or reset may stand; remove the others."),
}


def say(code: str, **values: object) -> Words:
    """The sentence of `code` with its values, in both languages. Refused: a code without a sentence (KeyError)."""
    words = FILLING.get(code) or DRAWING[code]
    shown = {name: str(value) for name, value in values.items()}
    return Words(words.id.format(**shown), words.en.format(**shown))


def in_english(sentence: str) -> str:
    """The English of an Indonesian sentence of `say` to people who fill in a form; any other sentence as it is."""
    for pattern, words in _SENTENCES:
        if found := pattern.fullmatch(sentence):
            return words.en.format(**found.groupdict())
    return sentence


_SENTENCES = [
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(words.id)), re.DOTALL), words)
    for words in FILLING.values()
]
