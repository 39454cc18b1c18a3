"""The register of stakeholders: offices and who holds them, contacts of the bodies with them, promises, lapses."""
