"""Imports in words: what a column is called, why a file is refused, what is wrong with a row and how it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from workflows.imports.reading import TableRefused
from workflows.models import ImportFinding

FIELD_NAMES: Mapping[str, Any] = {
    "name": _l("Nama"), "nik": _l("NIK"), "code": _l("Kode wilayah"), "district": _l("Kecamatan"),
    "village": _l("Desa atau kelurahan"), "kind": _l("Jenis badan"), "unit": _l("Nomor TPS"),
    "gender": _l("Jenis kelamin"), "born_on": _l("Tanggal lahir"), "education": _l("Pendidikan"),
    "address": _l("Alamat"), "domicile_code": _l("Kode wilayah domisili"), "phone": _l("Nomor WA atau telepon"),
    "rank": _l("Peringkat"), "chosen": _l("Terpilih"), "post": _l("Jabatan"), "division": _l("Divisi"),
}

STATUS_NAMES: Mapping[str, Any] = {
    "mapping": _l("Kolom belum dipastikan"), "checking": _l("Sedang diperiksa"), "checked": _l("Sudah diperiksa"),
    "applying": _l("Sedang diterapkan"), "applied": _l("Diterapkan"), "discarded": _l("Dibuang"),
}

FILES: Mapping[str, Any] = {
    "empty": _l("Berkas ini kosong. Pilih berkas yang berisi daftar anggota."),
    "ending": _l("Berkas .%(ending)s tidak dapat dibaca. Simpan sebagai .xlsx, .xls, .ods atau .csv, lalu kirim lagi."),
    "lying": _l("Nama berkas berakhiran .%(ending)s, tetapi isinya bukan itu. Buka di Excel, simpan sebagai .xlsx, "
                "lalu kirim lagi."),
    "html": _l("Ini halaman web yang diberi nama seperti tabel. Buka di Excel, simpan sebagai .xlsx, lalu kirim lagi."),
    "macros": _l("Berkas ini berisi makro (program). Simpan sebagai .xlsx biasa tanpa makro, lalu kirim lagi."),
    "links": _l("Berkas ini mengambil data dari berkas lain. Di Excel: Data, Edit Links, Break Link; simpan, lalu "
                "kirim lagi."),
    "entities": _l("Berkas ini berisi perintah tersembunyi yang tidak ada pada tabel biasa. Salin isinya ke buku kerja "
                   "baru, lalu kirim yang baru."),
    "bomb": _l("Berkas ini mengembang terlalu besar bila dibuka. Salin barisnya ke buku kerja baru, lalu kirim yang "
               "baru."),
    "rows": _l("Tabel ini terlalu besar: paling banyak 50.000 baris dan 300 kolom. Hapus baris dan kolom kosong di "
               "luar daftar, lalu kirim lagi."),
    "hidden": _l("Berkas ini punya lembar tersembunyi: %(sheet)s. Tampilkan atau hapus lembar itu, lalu kirim lagi."),
    "password": _l("Berkas ini terkunci kata sandi. Simpan tanpa kata sandi, lalu kirim lagi."),
    "damaged": _l("Berkas ini rusak atau terpotong. Buka di Excel, simpan kembali, lalu kirim lagi."),
    "large": _l("Berkas ini terlalu besar; paling besar 12 MB. Bagi daftarnya per kecamatan."),
}
"""Why a file is not read, by the kind of `TableRefused`."""

FINDINGS: Mapping[str, tuple[Any, Any]] = {
    "formula": (_l("Rumus di dalam sel"), _l(
        "Sel %(cell)s berisi rumus. Salin kolomnya, lalu tempel sebagai nilai (Paste Special, Values).")),
    "long": (_l("Isian terlalu panjang"), _l("Isi kolom %(column)s lebih dari %(most)s huruf. Singkatkan.")),
    "name_missing": (_l("Nama kosong"), _l("Nama belum diisi.")),
    "name": (_l("Nama tidak wajar"), _l("Kolom %(column)s bukan nama orang. Isi nama lengkap seperti di KTP-el.")),
    "nik_missing": (_l("NIK kosong"), _l("NIK belum diisi. Salin 16 angka dari KTP-el.")),
    "nik_number": (_l("NIK disimpan sebagai angka"), _l(
        "NIK di kolom %(column)s disimpan sebagai angka, sehingga angka terakhirnya sudah hilang. Ubah format kolom "
        "menjadi Teks, lalu salin lagi NIK dari sumbernya.")),
    "nik": (_l("NIK bukan 16 angka"), _l("NIK harus 16 angka; di sini %(count)s. Salin lagi dari KTP-el.")),
    "nik_unlikely": (_l("NIK tidak cocok dengan data lahir"), _l(
        "Angka NIK tidak cocok dengan tanggal lahir atau jenis kelaminnya. Periksa ketiganya.")),
    "gender": (_l("Jenis kelamin tidak dikenal"), _l("“%(said)s” tidak dikenal. Isi L atau P.")),
    "date": (_l("Tanggal tidak terbaca"), _l(
        "“%(said)s” tidak terbaca sebagai tanggal. Tulis seperti 16/05/1990 atau 16 Mei 1990.")),
    "date_range": (_l("Tanggal lahir tidak mungkin"), _l("Tanggal lahir %(said)s tidak mungkin. Periksa tahunnya.")),
    "young": (_l("Belum 17 tahun"), _l("Baru berumur %(age)s tahun pada hari sumpah; paling muda 17 tahun.")),
    "old": (_l("Lebih dari 55 tahun (KPPS)"), _l("Lebih dari 55 tahun pada hari pemungutan suara. Periksa lagi.")),
    "education": (_l("Pendidikan di bawah SMA"), _l(
        "“%(said)s” di bawah SMA atau tidak dikenal. Periksa ijazahnya, atau siapkan catatan pengecualian.")),
    "phone": (_l("Nomor telepon tidak wajar"), _l(
        "Nomor di kolom %(column)s bukan nomor telepon. Isi satu nomor saja, misalnya 081234567890.")),
    "rank": (_l("Peringkat bukan angka"), _l("Peringkat “%(said)s” bukan bilangan bulat, misalnya 1.")),
    "chosen": (_l("Terpilih tidak jelas"), _l("“%(said)s” tidak jelas. Isi Ya atau Tidak pada setiap baris.")),
    "post": (_l("Jabatan tidak dikenal"), _l("Jabatan “%(said)s” tidak dikenal. Isi Ketua, Anggota atau Cadangan.")),
    "post_secretariat": (_l("Bukan anggota"), _l(
        "“%(said)s” adalah sekretariat. Sekretariat dicatat lewat bukti sekretariat badannya; hapus baris ini.")),
    "division": (_l("Divisi tidak dikenal"), _l(
        "Divisi “%(said)s” tidak ada dalam agenda dan tidak dicatat. Divisi ditetapkan dalam pleno perdana.")),
    "kind": (_l("Jenis badan tidak dikenal"), _l("“%(said)s” tidak dikenal. Isi PPK, PPS, KPPS atau Pantarlih.")),
    "unit": (_l("Nomor TPS salah"), _l("Nomor TPS “%(said)s” harus angka 1 sampai 999.")),
    "unit_missing": (_l("Nomor TPS kosong"), _l("%(kind)s perlu nomor TPS. Isi kolom TPS.")),
    "code": (_l("Kode wilayah salah"), _l("Kode “%(said)s” salah bentuk. Tulis seperti 33.23.13.2007.")),
    "code_number": (_l("Kode wilayah disimpan sebagai angka"), _l(
        "Kode “%(said)s” disimpan sebagai angka. Ubah format kolom menjadi Teks, lalu tulis seperti 33.23.13.2007.")),
    "code_unknown": (_l("Kode wilayah tidak ada"), _l("Kode %(said)s tidak ada dalam daftar wilayah agenda ini.")),
    "place_missing": (_l("Kecamatan kosong"), _l("Kecamatan belum diisi.")),
    "village_missing": (_l("Desa kosong"), _l("%(kind)s perlu desa atau kelurahannya. Isi kolom desa.")),
    "district_unknown": (_l("Kecamatan tidak dikenal"), _l(
        "Kecamatan “%(said)s” tidak ada di wilayah agenda ini.%(maybe)s")),
    "district_twice": (_l("Kecamatan bernama sama"), _l("Ada dua kecamatan “%(said)s”. Tulis kode wilayahnya.")),
    "village_unknown": (_l("Desa tidak dikenal"), _l(
        "Tidak ada desa atau kelurahan “%(said)s” di Kecamatan %(district)s.%(maybe)s")),
    "village_twice": (_l("Desa bernama sama"), _l(
        "Ada lebih dari satu “%(said)s” di Kecamatan %(district)s. Tulis kode wilayahnya.")),
    "no_body": (_l("Badan belum dibentuk"), _l("%(kind)s %(place)s belum dibentuk dalam agenda ini.")),
    "outside": (_l("Di luar wilayah Anda"), _l("%(body)s di luar wilayah Anda. Hapus baris ini dari berkas.")),
    "domicile": (_l("Domisili di luar wilayah kerja"), _l("Kode domisili di luar wilayah kerja badan ini.")),
    "row_twice": (_l("Baris kembar"), _l("Baris ini sama dengan baris %(line)s. Hapus salah satunya.")),
    "nik_twice": (_l("NIK dua kali"), _l(
        "NIK ini juga ada di baris %(line)s dengan isi yang berbeda. Perbaiki atau hapus salah satunya.")),
    "name_changes": (_l("Nama akan berubah"), _l(
        "NIK ini tercatat atas nama %(known)s; namanya akan diganti dengan yang di berkas. Periksa NIK-nya.")),
    "nik_elsewhere": (_l("Orang yang sama di dua badan"), _l(
        "NIK ini juga menjadi anggota %(body)s di baris %(line)s. Satu orang hanya boleh bertugas di satu badan.")),
    "serves": (_l("Sudah bertugas di badan lain"), _l(
        "Orang ini masih bertugas di %(body)s. Akhiri dulu tugas itu, atau hapus baris ini.")),
    "sworn": (_l("Badan sudah dilantik"), _l(
        "%(body)s sudah dilantik; anggotanya hanya berganti lewat penggantian antarwaktu (PAW). Hapus baris ini.")),
    "secretariat": (_l("Tercatat di sekretariat"), _l("Orang ini tercatat di sekretariat %(body)s. Hapus baris ini.")),
    "chair_kept": (_l("Ketua tidak diubah"), _l(
        "Jabatan di %(body)s berbeda dari berkas. Ketua ditetapkan pleno perdana; yang tercatat tidak diubah.")),
    "nik_corrected": (_l("NIK akan dibetulkan"), _l(
        "Nama ini sudah tercatat di %(body)s dengan NIK lain. NIK yang tercatat akan diganti dengan yang di berkas.")),
    "nik_added": (_l("NIK akan dilengkapi"), _l(
        "Nama ini sudah tercatat di %(body)s tanpa NIK. NIK dari berkas akan dicatat.")),
    "nik_differs": (_l("NIK berbeda dari yang tercatat"), _l(
        "Nama ini tercatat di %(body)s dengan NIK lain, dan badannya sudah dilantik. Cocokkan dengan KTP-el.")),
    "too_many": (_l("Anggota terlalu banyak"), _l(
        "%(body)s akan beranggota %(count)s, seharusnya %(seats)s. Tandai selebihnya sebagai cadangan.")),
    "too_many_staying": (_l("Anggota terlalu banyak"), _l(
        "%(body)s akan beranggota %(count)s, seharusnya %(seats)s. Sudah tercatat dan tidak ada di berkas: "
        "%(staying)s. Masukkan mereka sebagai Cadangan, atau hapus baris yang salah.")),
    "too_few": (_l("Anggota belum lengkap"), _l(
        "%(body)s baru beranggota %(count)s dari %(seats)s. Boleh diterapkan; lengkapi dengan impor berikutnya.")),
    "two_chairs": (_l("Ketua lebih dari satu"), _l("%(body)s akan punya lebih dari satu ketua. Sisakan satu.")),
}
"""What is wrong with a row, by kind: its name, and its sentence."""


def why(refusal: TableRefused) -> str:
    """Why the file is not read, and what to do."""
    return str(FILES[refusal.kind]) % refusal.named if refusal.named else str(FILES[refusal.kind])


def kind_name(kind: str) -> str:
    return str(FINDINGS[kind][0])


def said(finding: ImportFinding) -> str:
    """The sentence of this finding."""
    named = dict(finding.named)
    near = named.pop("near", "")
    named["maybe"] = " " + str(_l("Mungkin maksudnya: %(near)s.", near=near)) if near else ""
    return str(FINDINGS[finding.kind][1]) % named


def field_name(field: str) -> str:
    return str(FIELD_NAMES.get(field, field))
