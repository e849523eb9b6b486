#!/usr/bin/perl
# Shows what has been ordered, and what the worker has baked. Core modules only; `psql` asks the database.
use strict;
use warnings;
use IO::Socket::INET;

my $port   = $ENV{PORT}            // 8080;
my $title  = 'Night bakery';
my $commit = $ENV{CATALYST_COMMIT} // 'not a preview';

# Process 1 of a container has no default handlers: without this, TERM would be ignored.
$SIG{TERM} = sub { exit 0 };
$SIG{PIPE} = 'IGNORE';

sub escape {
    my ($text) = @_;
    my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;');
    $text =~ s/([&<>"])/$entity{$1}/g;
    return $text;
}

# Host, user and password are in the variables that psql reads.
sub orders {
    my $query = 'SELECT what, baked IS NOT NULL FROM orders ORDER BY number';
    my @options = (qw(--no-psqlrc --quiet --tuples-only --no-align --field-separator), "\t");
    open(my $answer, '-|', 'psql', @options, '--command', $query) or die "psql: $!";
    my @rows = map { chomp; [split /\t/] } <$answer>;
    close $answer or die "the database did not answer\n";
    return join "\n  ", map { sprintf '<li class="%s">%s</li>', $_->[1] eq 't' ? 'baked' : 'ordered', escape($_->[0]) } @rows;
}

sub page {
    my $orders = orders();
    my ($shown_title, $shown_commit) = map { escape($_) } $title, $commit;
    return <<"HTML";
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>$shown_title</title>
<style>
  :root { color-scheme: light dark; --accent: #b3541e; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 18px/1.6 ui-rounded, system-ui, sans-serif; background: Canvas; color: CanvasText; }
  main { width: min(30rem, 100% - 3rem); }
  h1 { margin: 0 0 1rem; color: var(--accent); }
  ul { margin: 0; padding: 0; list-style: none; }
  li { display: flex; justify-content: space-between; padding: .5rem 0; border-bottom: 1px dotted; }
  li::after { opacity: .7; }
  li.ordered::after { content: "in the oven"; }
  li.baked::after { content: "baked"; color: var(--accent); opacity: 1; }
  footer { margin-top: 1rem; opacity: .65; font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
<main>
  <h1>$shown_title</h1>
  <ul>
  $orders
  </ul>
  <footer>commit <span id="commit">$shown_commit</span></footer>
</main>
</html>
HTML
}

my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1)
    or die "port $port: $!";
$| = 1;
print "listening on port $port\n";
while (1) {
    my $client = $server->accept or next;
    my $request = <$client> // '';
    while (my $line = <$client>) { last if $line =~ /\A\r?\n\z/ }
    my ($status, $kind, $body) = ('404 Not Found', 'plain', "There is no such page.\n");
    if ($request =~ m{\A(?:GET|HEAD) /(?:\?\S*)? }) {
        ($status, $kind, $body) = ('200 OK', 'html', eval { page() });
        ($status, $kind, $body) = ('503 Service Unavailable', 'plain', $@) if $@;
    }
    my $length = length $body;
    print $client "HTTP/1.1 $status\r\nContent-Type: text/$kind; charset=utf-8\r\n"
        . "Content-Length: $length\r\nConnection: close\r\n\r\n";
    print $client $body unless $request =~ /\AHEAD /;
    close $client;
}
