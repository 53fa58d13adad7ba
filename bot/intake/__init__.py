"""Updates on their way in: polling, webhook, and the workers that handle them."""
