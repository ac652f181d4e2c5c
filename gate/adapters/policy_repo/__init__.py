"""The policy repository: git on a bare mirror, or a plain folder, read as if an enemy had written it."""
