"""Bytes and rows, without a meaning: text, CSV, TOML, Parquet, geofiles, renames."""
