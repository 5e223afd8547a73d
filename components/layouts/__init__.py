"""Where the payloads of standard artifacts lie and in which form, for executors that share them."""
