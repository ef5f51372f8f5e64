// A button on each block of code that copies it.
for (const block of document.querySelectorAll('div.highlight')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    const copied = await navigator.clipboard.writeText(block.querySelector('pre').innerText).then(() => true, () => false);
    button.textContent = copied ? 'Copied' : 'Not allowed';
    button.dataset.copied = '';
    setTimeout(() => {
      button.textContent = 'Copy';
      delete button.dataset.copied;
    }, 2000);
  });
  block.append(button);
}
