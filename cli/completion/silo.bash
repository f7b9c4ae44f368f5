# bash completion for silo; the words are those of `silo --help`, held against it by a test.

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

_silo()
{
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]-} words=''

	COMPREPLY=()
	if [ "$COMP_CWORD" -le 1 ]; then
		words='login logout whoami password token user add checkout get commit status undo lock unlock renew request locks ls log watch edit help'
	elif [ "$command" = token ] && [ "$COMP_CWORD" = 2 ]; then
		words='create list revoke'
	elif [ "$command" = user ] && [ "$COMP_CWORD" = 2 ]; then
		words='create list set'
	elif [ "$command" = help ]; then
		words='login logout whoami password token user add checkout get commit status undo lock unlock renew request locks ls log watch edit'
	elif [ "${current#-}" != "$current" ]; then
		case $command in
		token | user) command="$command ${COMP_WORDS[2]-}" ;;
		esac
		words="$(_silo_options "$command") --json --quiet --cacert --help"
	fi
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	fi
}

# Where nothing of ours fits, files: the shell does that itself.
complete -o default -F _silo silo
