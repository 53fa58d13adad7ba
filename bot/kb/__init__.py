"""The knowledge base in memory: models, loading and checking, the matcher."""
