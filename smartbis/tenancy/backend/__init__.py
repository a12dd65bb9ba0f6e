"""PostgreSQL as Django knows it, with every tenant table protected by the schema editor itself.

A migration cannot forget the protection: creating a table whose model has a `tenant` enables and forces row-level
security, writes the policies and grants, and adds `UNIQUE (tenant_id, id)`; a foreign key between two such tables
carries the tenant. A table whose comment starts with `append-only` also loses UPDATE, DELETE and TRUNCATE.
"""
