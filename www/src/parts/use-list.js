// A short list that is read whole: when the page comes up and after each change.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { tellError } from './toast.js';

/** `list` is null until it was read once; when that failed, `failed` is true. What is shown stays
 * when it cannot be read again, and a message says so.
 * @template Row @param {() => Promise<Row[]>} read */
export function useList(read) {
	/** @type {import('@preact/signals').Signal<Row[] | null>} */
	const list = useSignal(null);
	const failed = useSignal(false);
	const load = async () => {
		try {
			list.value = await read();
		} catch (error) {
			if (list.value) tellError(error);
			else failed.value = true;
		}
	};
	useEffect(() => {
		load();
	}, []);
	return { list, failed: list.value === null && failed.value, load };
}
