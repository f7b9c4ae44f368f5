# Does what systemd does for a unit with a socket: opens the socket as the .socket file says, becomes
# the unit's user, and runs ExecStart with the socket as descriptor 3.
#   activate.pl NAME          (of NAME.socket and NAME.service, where the packages or make install put them)
use strict;
use warnings;
use POSIX ();
use Fcntl qw(F_SETFD);
use IO::Socket::UNIX;

my ($name) = @ARGV;
my %unit;
my ($folder) = grep { -e "$_/$name.socket" } '/lib/systemd/system', '/usr/local/lib/systemd/system';
for my $kind ('socket', 'service') {
	open(my $in, '<', "$folder/$name.$kind") or die "$name.$kind: $!";
	while (<$in>) {
		$unit{$1} = $2 if /^(\w+)=(.*)$/ && !exists $unit{$1};
	}
}
my $path = $unit{ListenStream};
unlink $path;
my $socket = IO::Socket::UNIX->new(Local => $path, Listen => $unit{Backlog}) or die "$path: $!";
chown scalar(getpwnam $unit{SocketUser}), scalar(getgrnam $unit{SocketGroup}), $path or die "$path: $!";
chmod oct($unit{SocketMode}), $path;
my $number = fileno $socket;
POSIX::dup2($number, 3) if $number != 3;
$^F = 3;
fcntl($socket, F_SETFD, 0) if $number == 3;
my ($uid, $gid) = (getpwnam $unit{User})[2, 3];

$) = "$gid $gid";
POSIX::setgid($gid);
POSIX::setuid($uid) or die "setuid: $!";
$ENV{LISTEN_FDS} = 1;
$ENV{LISTEN_PID} = $$;
chdir '/';
exec split ' ', $unit{ExecStart};
die "$unit{ExecStart}: $!";
