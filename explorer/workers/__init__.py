"""Work that would hold up every page, done in processes of its own and told line by line."""
