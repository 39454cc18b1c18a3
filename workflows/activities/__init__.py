"""Activities (kegiatan): one inauguration, bimtek or meeting for many bodies, kept once, handed in for each of them."""
