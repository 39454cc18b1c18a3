"""Checks an export of Tapak's history by Python's standard library alone; exit code 0: whole, 1: something was found.

    python3 verify_history.py EXPORT.jsonl [PUBLIC_KEY [FOLDER]]

PUBLIC_KEY is the one you were given ("" the one the export states), FOLDER what was kept outside the database."""
import hashlib
import json
import sys
from pathlib import Path

P, Q, ZERO = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493, "0" * 64
D, BASE = -121665 * pow(121666, -1, P) % P, (4 * pow(5, -1, P) % P).to_bytes(32, "little")
STATED = ("number", "at", "chains", "changed", "digest", "previous", "key")
found, CHECKPOINT = [], "titik periksa/checkpoint"
def canonical(row, names):
    said = json.dumps({name: row[name] for name in names}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return said.encode("utf-8", "surrogatepass")
def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    g, h = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P
def times(n, a):
    rest = times(n // 2, add(a, a)) if n else (0, 1, 1, 0)
    return add(rest, a) if n % 2 else rest
def point(data):
    odd, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or y >= P:
        raise ValueError
    x = x if x % 2 == odd else P - x
    return x, y, 1, x * y % P
def signed(key, said, signature):
    try:
        key, r, s = bytes.fromhex(key), bytes.fromhex(signature[:64]), bytes.fromhex(signature[64:])[::-1].hex()
        left, h = times(int(s, 16), point(BASE)), int.from_bytes(hashlib.sha512(r + key + said).digest(), "little") % Q
        right = add(point(r), times(h, point(key)))
        return int(s, 16) < Q and all((left[at] * right[2] - right[at] * left[2]) % P == 0 for at in (0, 1))
    except ValueError:
        return False
def check_lines(rows, key, where):
    lines, previous = {}, ZERO
    for number, row in enumerate(rows, 1):
        said, here = canonical(row, STATED), f"{where} {row['number']}"
        if row["number"] != number or row["previous"] != previous:
            found.append(f"{here}: tidak menyambung dengan yang sebelumnya / does not follow the one before")
        same = (hashlib.sha256(said).hexdigest(), key) == (row["hash"], row["key"])
        if not (same and signed(key, said, row["signature"])):
            found.append(f"{here}: isi, kunci atau tanda tangan salah / wrong content, key or signature")
        lines[row["number"]], previous = row, row["hash"]
    return lines
def check_heads(lines, sums, where):
    found.extend(f"{where} {number}: kepala rantainya diubah / its heads were changed" for number, row in lines.items()
                 if sums.get(number, hashlib.sha256()).hexdigest() != row["digest"])
def check_chain(chain, anchors, rows):
    expected, previous, broken, here = 1, ZERO, chain["seq"] is None, f"instansi/instance {chain['instance']}"
    found.extend([f"{here}: seluruh rantai hilang / the whole chain is gone"] * broken)
    for row in rows:
        said = hashlib.sha256(canonical(row, set(row) - {"hash", "old"})).hexdigest()
        wrong = row["seq"] != expected or row["previous"] != previous or (said != row["hash"] and not row.get("old"))
        if wrong and not broken:
            found.append(f"{here}, catatan/entry {expected}: diubah, dihapus, disisipkan / changed, removed, inserted")
        broken, expected, previous = broken or wrong, row["seq"] + 1, row["hash"]
        if anchors.pop(row["seq"], {row["hash"]}) != {row["hash"]}:
            found.append(f"{here}, catatan/entry {row['seq']}: lain dari titik periksa / other than a checkpoint says")
    if not broken and (expected - 1 != chain["seq"] or (chain["seq"] and previous != chain["head"])):
        found.append(f"{here}, catatan/entry {expected}: ujung rantai tidak cocok / the end does not match")
    found.extend(f"{here}, catatan/entry {n}: ada di titik periksa, kini hilang / in a checkpoint, now gone"
                 for n in anchors)
def read_heads(rows, heads, sums):
    for number, instance, seq, head in rows:
        heads.setdefault(instance, {}).setdefault(seq, set()).add(head)
        sums.setdefault(number, hashlib.sha256()).update(f"{instance} {seq} {head}\n".encode())
    return sums
def main(export, key="", folder=""):
    with Path(export).open(encoding="utf-8") as source:
        first, kept, sums, entries, old = json.loads(next(source)), {}, {}, 0, 0
        lines = check_lines(first["checkpoints"], key := key or first["key"], CHECKPOINT)
        if folder:
            heads = {tuple(json.loads(text)) for text in Path(folder, "heads.jsonl").read_text().splitlines()}
            away, outer = f"luar/outside, {CHECKPOINT}", Path(folder, "checkpoints.jsonl").read_text().splitlines()
            outer = check_lines(map(json.loads, outer), key, away)
            check_heads(outer, read_heads(sorted(heads), kept, {}), away)
            found.extend(f"{CHECKPOINT} {number}: yang di luar tidak ada di sini / what is outside is not here"
                         for number, row in outer.items() if lines.get(number, {}).get("hash") != row["hash"])
        for chain in map(json.loads, source):
            anchors, number = kept.pop(chain["instance"], {}), chain["instance"]
            read_heads(((at, number, seq, head) for at, seq, head in chain["anchors"]), {number: anchors}, sums)
            check_chain(chain, anchors, chain["entries"])
            entries, old = entries + len(chain["entries"]), old + sum("old" in row for row in chain["entries"])
    for instance, anchors in kept.items():
        check_chain({"instance": instance, "seq": None}, anchors, ())
    check_heads(lines, sums, CHECKPOINT)
    print(*found, f"{entries} catatan/entries ({old} lama/old: sambungan saja/links only)",
          f"{len(lines)} {CHECKPOINT}, kunci/key {key}", f"{len(found)} temuan/findings" if found else "UTUH / WHOLE",
          sep="\n")
main(*sys.argv[1:])
sys.exit(1 if found else 0)
