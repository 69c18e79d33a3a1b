// The address as the reader's browser knows it: behind a proxy the server can't tell.
const address = new URL('.', location.href).href.replace(/\/$/, '')
for (const place of document.querySelectorAll('.address')) place.textContent = address
