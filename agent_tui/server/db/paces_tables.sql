-- How often one person searched for customers lately: asked at each search.
CREATE INDEX IF NOT EXISTS audit_searcher ON audit (actor, seq) WHERE type = 'SearchCustomers';
