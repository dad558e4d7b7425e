"""The periods by themselves: what each is given, what it is asked, and what it answers."""
