"""The WhatsApp Cloud API: transport over heyoo, payloads, errors, signatures and webhook parsing. No models here."""
