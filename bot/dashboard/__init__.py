"""The clinics' web pages: what is asked, never who. Beside the webhook, under ``/dashboard``.

To add a page: write ``async def view(visit: Visit) -> Response`` that ends in
``visit.render("name.html", ...)``, a template that extends ``base.html``, and a ``Page`` with its
path in ``bot.dashboard.app.PAGES``. Sign-in, CSRF, limits, headers and the audit log are done.
"""
