"""Files: everything here knows formats and tables, and nothing knows Pyomo."""
