"""Tables that leave the house: members by name and sums by kecamatan, in the columns that were asked for."""
