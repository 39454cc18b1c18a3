"""A table to begin with: the headings that are known, one invented member, and how each column is filled."""

from __future__ import annotations

import io

import xlsxwriter

HEADINGS = (
    ("Nama", "Seperti di KTP-el.", "Siti Contoh", 28), ("NIK", "16 angka, sebagai teks.", "3323134107900001", 20),
    ("L/P", "L atau P.", "P", 6), ("Tanggal lahir", "Tanggal, atau teks seperti 16/05/1990.", "01/07/1990", 16),
    ("Pendidikan", "SMA, SMK, MA, D3, S1, ...", "SMA", 12), ("Alamat", "Boleh kosong.", "Dusun Krajan RT 01 RW 02", 30),
    ("No WA", "Satu nomor.", "081234567890", 16), ("Jenis badan", "PPK, PPS, KPPS atau Pantarlih.", "PPS", 12),
    ("Kecamatan", "Nama kecamatannya.", "Kranggan", 18),
    ("Desa/Kelurahan", "Kosong untuk PPK.", "Pendowo", 18),
    ("Kode wilayah", "Boleh menggantikan nama wilayah.", "33.23.13.2007", 16),
    ("Peringkat", "Hasil seleksi.", "1", 10), ("Terpilih", "Ya, atau Tidak untuk cadangan.", "Ya", 10),
    ("Jabatan", "Ketua atau Anggota; boleh kosong.", "Anggota", 12),
)


def workbook() -> bytes:
    """The example as .xlsx: all cells are text, so that no NIK and no leading zero is lost."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("Anggota")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
    for column, (heading, help_, example, width) in enumerate(HEADINGS):
        page.set_column(column, column, width, text)
        page.write_string(0, column, heading, bold)
        page.write_comment(0, column, help_)
        page.write_string(1, column, example, text)
    page.freeze_panes(1, 1)
    book.close()
    return out.getvalue()
