"""Letters that Tapak makes: what they say, how they are numbered, who issued them. Drawing them is the web's."""
