"""What kinds of offices and groups the bodies work with. Codes of the sowan forms are among them."""

from __future__ import annotations

DISTRICT = ("camat", "kapolsek", "danramil", "puskesmas", "kua", "panwascam")
VILLAGE = ("kades", "lurah", "village_head", "bpd", "babinsa", "bhabinkamtibmas", "pkd", "midwife", "rt_rw")
REGENCY = ("regent", "secretary", "bakesbangpol", "kominfo", "dukcapil", "polres", "kodim", "prosecutor", "bawaslu",
           "lapas")
GROUPS = ("party", "organisation", "religious", "civil_society", "public_figure", "education", "media", "other")
KINDS = (*DISTRICT, *VILLAGE, *REGENCY, *GROUPS)

SEVERAL = frozenset({*GROUPS, "village_head", "rt_rw"})
"""Kinds of which one region has several under the same title: told apart by the name too."""

MANNERS = ("in_person", "represented", "online", "phone", "letter")

USUAL_DAYS = 30
"""After so many days without contact a body is warned, where the agenda sets nothing else; 0 warns never."""
