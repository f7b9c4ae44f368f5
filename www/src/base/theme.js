// Light and dark: follows the system until the reader chooses; the choice is remembered.
import { signal } from '@preact/signals';

const KEY = 'silo.theme';

/** @returns {'system' | 'light' | 'dark'} */
function remembered() {
	try {
		const value = localStorage.getItem(KEY);
		return value === 'light' || value === 'dark' ? value : 'system';
	} catch {
		return 'system';
	}
}

export const theme = signal(remembered());

/** @param {'system' | 'light' | 'dark'} choice */
export function chooseTheme(choice) {
	theme.value = choice;
	try {
		if (choice === 'system') localStorage.removeItem(KEY);
		else localStorage.setItem(KEY, choice);
	} catch {
		// Private windows may forbid storage; the choice then lasts as long as the page.
	}
	applyTheme();
}

export function applyTheme() {
	if (theme.value === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme.value;
}
