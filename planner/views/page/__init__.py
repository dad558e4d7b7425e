"""What every map, chart and page is written with: text, numbers, glyphs, styles."""
