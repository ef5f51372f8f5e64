// Runs before the page is painted, so that it appears in the colours that the reader chose before.
document.body.dataset.theme = localStorage.getItem('theme') || 'auto';
