"""What is said about a decision model: one table of codes, each in Indonesian and in English."""

from __future__ import annotations

from engine.errors import Problem

WORDS: dict[str, tuple[str, str]] = {
    "root.not_dmn": ("Unsur terluar <{tag}> bukan <definitions> DMN 1.1 sampai 1.5. Simpan model sebagai DMN 1.3 atau "
                     "yang lebih baru.",
                     "The root element <{tag}> is not <definitions> of DMN 1.1 to 1.5. Save the model as DMN 1.3 or "
                     "newer."),
    "decision.none": ("Berkas tidak memuat keputusan. Gambar setidaknya satu keputusan atau fungsi.",
                      "The file has no decision. Draw at least one decision or knowledge model."),
    "id.missing": ("Unsur <{tag}> “{name}” tidak mempunyai id. Beri id yang belum dipakai.",
                   "Element <{tag}> “{name}” has no id. Give it an unused one."),
    "id.duplicate": ("Id “{id}” dipakai dua kali; yang pertama di baris {first}. Ganti salah satunya.",
                     "Id “{id}” is used twice, first in line {first}. Change one of them."),
    "name.missing": ("Unsur <{tag}> “{id}” tidak mempunyai nama. Beri nama agar dapat disebut dalam ungkapan.",
                     "Element <{tag}> “{id}” has no name. Name it so that expressions can speak of it."),
    "name.duplicate": ("Nama “{name}” dipakai dua unsur; yang pertama “{first}”. Dengan nama, yang pertama yang "
                       "dijawab; sebut dengan id, atau ganti salah satu nama.",
                       "The name “{name}” is used by two elements, first by “{first}”, which the name means. Use the "
                       "id, or change one of the names."),
    "reference.none": ("“{id}” mempunyai panah <{tag}> tanpa tujuan. Hapus panah itu atau sambungkan lagi.",
                       "“{id}” has a <{tag}> that leads nowhere. Delete it or connect it again."),
    "reference.unknown": ("“{id}” memerlukan “{ref}” yang tidak ada. Hapus panah itu atau sambungkan lagi.",
                          "“{id}” requires “{ref}”, which does not exist. Delete the requirement or connect it again."),
    "reference.kind": ("“{id}” memerlukan “{ref}”, yang bukan {wanted}. Sambungkan panahnya ke unsur yang sesuai.",
                       "“{id}” requires “{ref}”, which is not {wanted}. Connect it to a fitting element."),
    "requirement.cycle": ("Keputusan “{id}” memerlukan dirinya sendiri lewat {path}. Hapus salah satu panah itu.",
                          "Decision “{id}” requires itself by way of {path}. Delete one of these requirements."),
    "import.missing": ("Model “{name}” ({namespace}) yang diimpor tidak diberikan. Letakkan berkasnya di samping "
                       "berkas ini.",
                       "The imported model “{name}” ({namespace}) was not given. Put its file beside this one."),
    "import.kind": ("Impor “{name}” berjenis {kind}, yang tidak dapat dipakai. Impor hanya model DMN.",
                    "Import “{name}” is of kind {kind}, which cannot be used. Import DMN models only."),
    "import.cycle": ("Model “{name}” mengimpor dirinya sendiri lewat impornya. Pindahkan yang dipakai bersama ke model "
                     "ketiga.",
                     "Model “{name}” imports itself by way of its imports. Move what is shared to a third model."),
    "language.unknown": ("Ungkapan ini ditulis dalam “{language}”, yang tidak dijalankan. Tulis ulang dalam FEEL.",
                         "This expression is written in “{language}”, which is not run. Write it again in FEEL."),
    "expression.refused": ("Ungkapan tidak dapat dibaca: {reason}",
                           "The expression cannot be read."),
    "expression.null": ("Ungkapan ini selalu kosong: {reason}",
                        "This expression is always null."),
    "boxed.empty": ("Kotak <{tag}> tidak lengkap: <{part}> tidak ada. Lengkapi isinya.",
                    "Box <{tag}> is not complete: <{part}> is missing. Complete it."),
    "boxed.imported_values": ("Nilai yang diimpor dari berkas lain tidak dapat dipakai. Tulis nilainya di sini.",
                              "Values imported from another file cannot be used. Write them here."),
    "table.hit_policy": ("Kebijakan hasil “{policy}” tidak dikenal. Pilih U, A, P, F, R, O, atau C.",
                         "Hit policy “{policy}” is unknown. Choose U, A, P, F, R, O or C."),
    "table.aggregation": ("Penggabungan “{policy}” tidak dikenal. Pilih SUM, COUNT, MIN, atau MAX.",
                          "Aggregation “{policy}” is unknown. Choose SUM, COUNT, MIN or MAX."),
    "table.aggregation_outputs": ("Tabel dengan penggabungan {policy} harus mempunyai tepat satu kolom hasil. Hapus "
                                  "kolom lain atau penggabungannya.",
                                  "A table that aggregates by {policy} must have exactly one output. Remove the other "
                                  "outputs or the aggregation."),
    "table.no_output": ("Tabel tidak mempunyai kolom hasil. Tambahkan satu.",
                        "The table has no output. Add one."),
    "table.output_name": ("Tabel dengan beberapa kolom hasil memerlukan nama di setiap kolom. Beri nama kolom ini.",
                          "A table with several outputs needs a name for each. Name this one."),
    "table.cells": ("Baris ini mempunyai {found} sel {kind}, padahal ada {wanted} kolom. Samakan jumlahnya.",
                    "This rule has {found} {kind} entries for {wanted} columns. Make them as many."),
    "relation.cells": ("Baris ini mempunyai {found} sel, padahal ada {wanted} kolom. Samakan jumlahnya.",
                       "This row has {found} cells for {wanted} columns. Make them as many."),
    "type.unknown": ("Jenis “{name}” tidak dikenal; nilainya tidak diperiksa. Perbaiki nama jenisnya.",
                     "Type “{name}” is unknown; its values are not checked. Correct its name."),
    "value.type": ("Nilai di “{id}” tidak sesuai dengan jenisnya; hasilnya kosong. Perbaiki nilainya atau jenisnya.",
                   "The value at “{id}” does not conform to its type; the result is null. Correct the value or the "
                   "type."),
    "call.arguments": ("Fungsi “{name}” dipanggil dengan isian yang tidak cocok; hasilnya kosong. Isiannya: "
                       "{parameters}.",
                       "Function “{name}” is called with values that do not fit; the result is null. It takes: "
                       "{parameters}."),
    "call.no_function": ("Yang dipanggil di “{id}” bukan fungsi; hasilnya kosong. Periksa namanya, dan panah "
                         "pengetahuan ke fungsi itu.",
                         "What “{id}” calls is no function; the result is null. Check its name and the knowledge "
                         "requirement."),
    "table.input_value": ("Nilai masukan “{name}” tidak termasuk nilai yang diizinkan; hasil tabel kosong. Perbaiki "
                          "nilainya atau daftar nilainya.",
                          "The value of input “{name}” is not among its allowed values; the table gives null. Correct "
                          "the value or the list."),
    "table.output_value": ("Hasil “{name}” tidak termasuk nilai yang diizinkan; hasil tabel kosong. Perbaiki selnya "
                           "atau daftar nilainya.",
                           "Result “{name}” is not among its allowed values; the table gives null. Correct the entry "
                           "or the list."),
    "table.not_unique": ("Tabel U ini cocok dengan {count} baris (baris {lines}); hasilnya kosong. Buat baris yang "
                         "tidak bertumpang tindih, atau pilih kebijakan lain.",
                         "In this unique table {count} rules match (lines {lines}); it gives null. Make the rules "
                         "exclude each other or choose another hit policy."),
    "table.not_same": ("Baris yang cocok di tabel A ini (baris {lines}) memberi hasil berbeda; hasilnya kosong. "
                       "Samakan hasilnya, atau pilih kebijakan lain.",
                       "The matching rules of this any table (lines {lines}) give different results; it gives null. "
                       "Make them the same or choose another hit policy."),
    "table.no_match": ("Tidak ada baris tabel yang cocok; hasilnya kosong. Tambahkan baris, atau nilai bawaan.",
                       "No rule of the table matches; it gives null. Add a rule or default outputs."),
    "table.aggregate": ("Hasil baris yang cocok tidak dapat digabung dengan {policy}; hasilnya kosong. Beri angka.",
                        "The results of the matching rules cannot be aggregated by {policy}; it gives null. Use "
                        "numbers."),
    "table.no_order": ("Tabel P atau O memerlukan daftar nilai hasil yang berurutan; urutan baris yang dipakai. "
                       "Isi nilai hasil di kolomnya.",
                       "A priority or output order table needs ordered output values; rule order is used. Give the "
                       "output its values."),
    "loop.domain": ("Yang dijalani pengulangan “{id}” bukan daftar; hasilnya kosong. Beri daftar atau rentang.",
                    "What loop “{id}” goes through is no list; the result is null. Give it a list or range."),
    "input.missing": ("Masukan “{name}” tidak diberikan dan dianggap kosong.",
                      "Input “{name}” was not given and counts as null."),
    "evaluation.exhausted": ("Keputusan “{id}” terlalu berat atau terlalu berlapis; hasilnya kosong. Sederhanakan.",
                             "Decision “{id}” is too much work or too deep; the result is null. Simplify it."),
    "decision.null": ("Hasil “{name}” kosong dari data ini ({given}). Periksa jenis nilai yang dipakai ungkapannya.",
                      "The result of “{name}” is null for these data ({given}). Check the types of what its expression "
                      "uses."),
    "decision.unknown": ("Tidak ada keputusan, fungsi, atau layanan bernama “{name}”. Yang ada: {names}.",
                         "There is no decision, function or service named “{name}”. There are: {names}."),
    "decision.no_logic": ("Keputusan “{id}” belum berisi; hasilnya selalu kosong. Isi tabel atau ungkapannya.",
                          "Decision “{id}” has no logic; its result is always null. Draw its table or expression."),
    "function.external": ("Fungsi {kind} dari luar tidak dijalankan; hasilnya kosong. Tulis isinya dalam FEEL.",
                          "External {kind} functions are not run; the result is null. Write it in FEEL."),
}


def problem(
    code: str, element: str | None = None, line: int | None = None, *, severity: str = "error", **words: str | int
) -> Problem:
    """A problem in the words of the table; `words` fill the gaps, `element` fills {id}, "reason" is its reason."""
    indonesian, english = WORDS[code]
    filled, reason = {"id": element or "", **words}, words.get("reason", "")
    return Problem(code=code, element=element or None, line=line, message=indonesian.format(**filled),
                   message_en=english.format(**filled), severity=severity,
                   reason=reason if isinstance(reason, str) else "")
