// Is the window as narrow as a telephone? The same width as in style/items.css.
import { useEffect, useState } from 'preact/hooks';

const wide = () => matchMedia('(max-width: 860px)');

export function useNarrow() {
	const [narrow, setNarrow] = useState(() => wide().matches);
	useEffect(() => {
		const query = wide();
		const change = () => setNarrow(query.matches);
		query.addEventListener('change', change);
		return () => query.removeEventListener('change', change);
	}, []);
	return narrow;
}
