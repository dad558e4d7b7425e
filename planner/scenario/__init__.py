"""What a scenario is: parameters, schema, settings, tables, origins, fingerprint, geography."""
