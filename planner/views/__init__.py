"""What a person sees of a plan: words, headline, captions, and what is drawn."""
