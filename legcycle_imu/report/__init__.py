"""The report of a recording: one page that a person reads, prints, mails; complete in itself."""
