"""What a scenario may hold, said: the data dictionary, the JSON Schema, a folder to start from."""
