# bash completion for silo, written by t/clients/cli/completions.py out of the table of commands.

# The options of a command given as one or two words.
_silo_options()
{
	case $1 in
	'login') printf '%s' '--user --token --token-stdin --password-stdin --days' ;;
	'password') printf '%s' '--stdin' ;;
	'token create') printf '%s' '--days' ;;
	'user create') printf '%s' '--role --display-name --password-stdin' ;;
	'user set') printf '%s' '--role --display-name --activate --deactivate --password-stdin' ;;
	'add') printf '%s' '--part --category --type --description --project --message --checkout' ;;
	'checkout') printf '%s' '--message --for --wait --timeout --to --force' ;;
	'get') printf '%s' '--to --beside --force' ;;
	'commit') printf '%s' '--message --keep --as-new-file --part' ;;
	'undo') printf '%s' '--yes' ;;
	'lock') printf '%s' '--message --for' ;;
	'unlock') printf '%s' '--force --reason --mine --yes' ;;
	'renew') printf '%s' '--for' ;;
	'request') printf '%s' '--message' ;;
	'locks') printf '%s' '--mine --user --project --limit' ;;
	'ls') printf '%s' '--type --project --lock --limit' ;;
	'log') printf '%s' '--limit' ;;
	'watch') printf '%s' '--mine --types --since --count --timeout' ;;
	'edit') printf '%s' '--message --for --read-only' ;;
	esac
}

# What an option may be set to, where that is known.
_silo_values()
{
	case $1 in
	'user create --role') printf '%s' 'viewer editor admin' ;;
	'user set --role') printf '%s' 'viewer editor admin' ;;
	'add --type' | 'add -t') printf '%s' 'part assembly drawing document consumable tool' ;;
	'ls --type' | 'ls -t') printf '%s' 'part assembly drawing document consumable tool' ;;
	'ls --lock') printf '%s' 'any none mine others' ;;
	'watch --types' | 'watch -t') printf '%s' 'item.created item.updated item.deleted revision.created item.locked item.unlocked lock.expiring lock.requested server.state' ;;
	esac
}

_silo()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case $command:${COMP_WORDS[i]} in
		*:--cacert) ((i++)) ;;
		*:-*) ;;
		:*) command=${COMP_WORDS[i]} ;;
		token:* | user:* | help:*) command="$command ${COMP_WORDS[i]}" ;;
		esac
	done
	case $command in
	'' | help) words='login logout whoami password token user add checkout get commit status undo forget restore lock unlock renew request locks ls log watch edit help' ;;
	token) words='create list revoke' ;;
	user) words='list create set' ;;
	*) words=$(_silo_values "$command $previous") ;;
	esac
	case $current in
	-*) words="$(_silo_options "$command") --json --quiet --cacert --help" ;;
	esac
	if [ "$previous" = --cacert ]; then
		words=''
	fi
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	fi
}

# Where nothing of ours fits, files: the shell does that itself.
complete -o default -F _silo silo
