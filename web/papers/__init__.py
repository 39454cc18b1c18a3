"""Letters as PDF: their font, their page, their making behind the requests."""
