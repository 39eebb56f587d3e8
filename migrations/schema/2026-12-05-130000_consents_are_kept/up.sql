-- What somebody has agreed to, and when they did no more, is proof (Luật 91/2025/QH15 Art. 9): it is neither changed nor taken away.
REVOKE DELETE ON consent_events FROM caunoi_app;
