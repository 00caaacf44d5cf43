"""From a published file to results: text cells, columns, numbers, ledger, verification sheet."""
