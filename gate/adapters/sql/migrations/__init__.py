"""The history of the schema, as Alembic steps. They are run by `schema`, never by hand; a step is never edited.

Steps lead upwards only: the way back is the backup that was made before, because what a newer gate has recorded cannot
be unrecorded.
"""
