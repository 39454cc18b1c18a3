"""Moving instances from one version of a drawing to another."""
