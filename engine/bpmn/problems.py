"""What is said about a drawing that cannot be read: one table of codes, each in Indonesian and in English.

Texts name the element as the author wrote it; whoever shows them escapes them.
"""

from __future__ import annotations

from engine.errors import Problem

WORDS: dict[str, tuple[str, str]] = {
    "xml.empty": ("Berkas kosong. Pilih berkas .bpmn yang sudah disimpan.",
                  "The file is empty. Choose a saved .bpmn file."),
    "xml.too_large": ("Berkas lebih besar dari {limit} byte. Hapus gambar atau lampiran yang ditanam di dalamnya.",
                      "The file is larger than {limit} bytes. Remove embedded pictures or attachments."),
    "xml.malformed": ("Berkas bukan XML yang benar ({detail}). Simpan ulang gambar dari aplikasi penggambarnya.",
                      "The file is not well-formed XML ({detail}). Save it again from the modeler."),
    "xml.doctype": ("Berkas memuat DOCTYPE atau entitas, yang tidak diterima. Hapus baris <!DOCTYPE …>.",
                    "The file has a DOCTYPE or entities, which are not accepted. Remove the <!DOCTYPE …>."),
    "xml.too_deep": ("Unsur bersarang lebih dari {limit} tingkat. Ratakan subproses atau hapus isian asing.",
                     "Elements are nested more than {limit} deep. Flatten sub-processes or remove foreign content."),
    "xml.too_many": ("Berkas memuat lebih dari {limit} unsur. Bagi gambar menjadi beberapa proses yang "
                     "saling memanggil.",
                     "The file has more than {limit} elements. Divide the drawing into processes that call each "
                     "other."),
    "xml.include": ("Berkas menyisipkan berkas lain (XInclude). Gabungkan isinya ke dalam satu berkas.",
                    "The file includes another file (XInclude). Put everything into one file."),
    "root.not_bpmn": ("Unsur terluar <{tag}> bukan <definitions> BPMN 2.0. Simpan gambar sebagai BPMN 2.0 XML.",
                      "The root element <{tag}> is not BPMN 2.0 <definitions>. Save the drawing as BPMN 2.0 XML."),
    "process.none": ("Gambar tidak memuat proses. Gambar setidaknya satu kolam atau proses yang berisi alur.",
                     "The drawing has no process. Draw at least one process or a pool with a flow inside."),
    "id.missing": ("Unsur <{tag}> tidak mempunyai id. Beri id yang belum dipakai.",
                   "Element <{tag}> has no id. Give it an unused one."),
    "id.duplicate": ("Id “{id}” dipakai dua kali; yang pertama di baris {first}. Ganti salah satunya.",
                     "Id “{id}” is used twice, first in line {first}. Change one of them."),
    "id.invalid": ("Id “{id}” memuat huruf yang tidak diizinkan. Pakai huruf, angka, garis bawah, titik, dan "
                   "tanda hubung saja.",
                   "Id “{id}” has characters that are not allowed. Use letters, digits, underscore, dot and hyphen."),
    "flow.no_source": ("Panah “{id}” tidak mempunyai asal. Sambungkan pangkalnya ke sebuah unsur.",
                       "Flow “{id}” has no source. Connect its beginning to an element."),
    "flow.no_target": ("Panah “{id}” tidak mempunyai tujuan. Sambungkan ujungnya ke sebuah unsur.",
                       "Flow “{id}” has no target. Connect its end to an element."),
    "flow.source_unknown": ("Panah “{id}” berasal dari “{ref}” yang tidak ada. Hapus panah itu atau sambungkan lagi.",
                            "Flow “{id}” comes from “{ref}”, which does not exist. Delete it or connect it again."),
    "flow.target_unknown": ("Panah “{id}” menuju “{ref}” yang tidak ada. Hapus panah itu atau sambungkan lagi.",
                            "Flow “{id}” leads to “{ref}”, which does not exist. Delete it or connect it again."),
    "flow.other_scope": ("Panah “{id}” melintasi batas proses atau subproses ke “{ref}”. Panah alur harus tetap di "
                         "dalam batasnya; antar-kolam pakai panah pesan.",
                         "Flow “{id}” crosses the border of a process or sub-process to “{ref}”. Keep it inside; "
                         "between pools use a message flow."),
    "boundary.no_host": ("Peristiwa tepi “{id}” tidak menempel pada tugas. Tempelkan pada tepi sebuah tugas.",
                         "Boundary event “{id}” has no host. Attach it to the edge of a task."),
    "boundary.host_unknown": ("Peristiwa tepi “{id}” menempel pada “{ref}” yang tidak ada di lingkup yang sama. "
                              "Tempelkan lagi pada tepi sebuah tugas.",
                              "Boundary event “{id}” is attached to “{ref}”, which is not in the same scope. "
                              "Attach it again to the edge of a task."),
    "boundary.host_not_activity": ("Peristiwa tepi “{id}” menempel pada “{ref}” yang bukan tugas atau subproses. "
                                   "Pindahkan ke tepi sebuah tugas.",
                                   "Boundary event “{id}” is attached to “{ref}”, which is no activity. Move it to "
                                   "the edge of a task."),
    "default.not_outgoing": ("Alur bawaan “{ref}” dari “{id}” bukan panah yang keluar darinya. Pilih ulang alur bawaan "
                             "di antara panah yang keluar.",
                             "Default flow “{ref}” of “{id}” does not leave it. Choose one of its outgoing flows."),
    "event.unknown_ref": ("“{id}” merujuk “{ref}” yang tidak ada di gambar; “{ref}” dipakai sebagai namanya. "
                          "Pilih ulang pesan, sinyal, eskalasi, atau galatnya.",
                          "“{id}” refers to “{ref}”, which the drawing does not have; “{ref}” is taken as its name. "
                          "Choose its message, signal, escalation or error again."),
    "pool.process_unknown": ("Kolam “{id}” merujuk proses “{ref}” yang tidak ada di gambar; kolam itu dianggap kosong. "
                             "Hapus kolam itu atau gambar ulang.",
                             "Pool “{id}” refers to process “{ref}”, which the drawing does not have; it counts as "
                             "empty. Delete or redraw it."),
    "id.shared": ("Id “{id}” dipakai dua kali dengan isi berbeda; yang di baris {first} yang dipakai. "
                  "Ganti salah satunya.",
                  "Id “{id}” stands twice with different content; the one in line {first} counts. Change one of them."),
    "message.keys": ("Kunci korelasi pesan pada “{id}” terdiri atas {count} bagian dan tidak dipakai; pesan "
                     "dicocokkan "
                     "menurut nama. Gabungkan menjadi satu kunci.",
                     "The correlation key at “{id}” has {count} parts and is not used; messages match by name. "
                     "Make it one key."),
    "form.simplified": ("Sebagian aturan isian di dalam gambar pada “{id}” tidak dipakai. Buat berkas formulir .form "
                        "di samping gambar.",
                        "Some rules of the form fields inside “{id}” are not used. Make a .form file beside the "
                        "drawing."),
    "form.unreadable": ("Isian di dalam gambar pada “{id}” tidak dapat ditampilkan. Buat berkas formulir .form di "
                        "samping gambar.",
                        "The form inside “{id}” cannot be shown. Make a .form file beside the drawing."),
    "extension.ignored": ("Tambahan “{detail}” pada “{id}” tidak dikenal dan tidak dijalankan. Periksa apakah alur "
                          "tetap benar tanpanya, atau hapus.",
                          "Extension “{detail}” of “{id}” is not known and has no effect. See whether the flow is "
                          "right without it, or remove it."),
    "extension.no_effect": ("Tambahan “{detail}” pada “{id}” tidak berpengaruh di sini. {why}",
                            "Extension “{detail}” of “{id}” has no effect here. {why_en}"),
    "element.twice": ("“{id}” memuat beberapa unsur padahal hanya boleh satu: {tags}. Hanya yang pertama yang dibaca; "
                      "pada jam, tidak satu pun. Hapus yang lain.",
                      "“{id}” holds several where only one is allowed: {tags}. Only the first is read; of a timer, "
                      "none. Remove the others."),
    "foreign.ignored": ("Unsur asing “{detail}” pada “{id}” berada di luar extensionElements dan tidak dijalankan. "
                        "Hapus atau pindahkan unsur itu.",
                        "Foreign element “{detail}” of “{id}” stands outside extensionElements and has no effect. "
                        "Remove or move it."),
    "lane.node_unknown": ("Lajur “{id}” memuat “{ref}” yang tidak ada. Simpan ulang gambar agar daftar lajur benar.",
                          "Lane “{id}” lists “{ref}”, which does not exist. Save the drawing again to mend the list."),
    "lane.node_twice": ("“{ref}” berada di dua lajur, “{first}” dan “{id}”; “{first}” yang dipakai. Geser unsur itu "
                        "sampai seluruhnya berada di satu lajur.",
                        "“{ref}” lies in two lanes, “{first}” and “{id}”; “{first}” counts. Move it into one lane."),
    "flow.order": ("Urutan panah bersyarat dari “{id}” tidak tercatat (<outgoing>); dicoba menurut id tujuannya. "
                   "Simpan ulang dari aplikasi penggambar, atau buat syarat yang tidak bertumpang tindih.",
                   "The order of the conditions of “{id}” is not recorded (<outgoing>); they are tried by target id. "
                   "Save again from a modeler, or make the conditions exclude each other."),
}


def problem(code: str, element: str | None = None, line: int | None = None, **words: str | int) -> Problem:
    """A problem in the words of the table; `words` fill the gaps, `element` fills {id}."""
    indonesian, english = WORDS[code]
    filled = {"id": element or "", **words}
    return Problem(code=code, element=element, line=line, message=indonesian.format(**filled),
                   message_en=english.format(**filled))
