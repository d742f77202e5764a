// Runs before anything is painted, so that no page flashes in the other theme. The console's own code
// (src/app/theme/theme.ts) takes over from here: same storage key, same element id.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('gatehouse.theme');
  } catch {
    // Storage may be blocked: the system's theme it is.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  const name = dark ? 'dark' : 'light';
  const link = document.createElement('link');
  link.id = 'theme';
  link.rel = 'stylesheet';
  link.href = `theme-${name}.css`;
  link.setAttribute('blocking', 'render');
  document.documentElement.style.colorScheme = name;
  document.documentElement.dataset.theme = name;
  document.head.append(link);
})();
