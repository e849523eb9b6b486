#!/usr/bin/perl
# Serves one page of questions; an answer shows when its question is opened. Core modules only.
use strict;
use warnings;
use IO::Socket::INET;

my $port   = $ENV{PORT}            // 4500;
my $title  = $ENV{QUIZ_TITLE}      // 'Quiz';
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

open(my $file, '<', 'questions.txt') or die "questions.txt: $!";
my $questions = join "\n  ", map {
    my ($question, $answer) = map { escape($_) } split /\s*\|\s*/;
    "<details><summary>$question</summary><p>$answer</p></details>"
} grep { /\S/ } map { s/\s+\z//r } <$file>;
close $file;
my ($shown_title, $shown_commit) = map { escape($_) } $title, $commit;

my $page = <<"HTML";
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$shown_title</title>
<style>
  :root { color-scheme: light dark; --accent: #5a5fd6; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 18px/1.6 system-ui, sans-serif; background: Canvas; color: CanvasText; }
  main { width: min(34rem, 100% - 3rem); }
  h1 { margin: 0 0 1rem; }
  details { margin-bottom: .6rem; padding: .6rem 1rem; border-radius: .6rem;
            background: color-mix(in srgb, var(--accent) 14%, Canvas); }
  summary { cursor: pointer; }
  p { margin: .3rem 0 0; font-weight: 600; }
  footer { margin-top: 1rem; opacity: .65; font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
<main>
  <h1>$shown_title</h1>
  $questions
  <footer>commit <span id="commit">$shown_commit</span></footer>
</main>
</html>
HTML

my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1)
    or die "port $port: $!";
$| = 1;
print "listening on port $port\n";
while (1) {
    my $client = $server->accept or next;
    my $request = <$client> // '';
    while (my $line = <$client>) { last if $line =~ /\A\r?\n\z/ }
    my $found = $request =~ m{\A(?:GET|HEAD) /(?:\?\S*)? };
    my ($status, $kind, $body) = $found ? ('200 OK', 'html', $page) : ('404 Not Found', 'plain', "There is no such page.\n");
    my $length = length $body;
    print $client "HTTP/1.1 $status\r\nContent-Type: text/$kind; charset=utf-8\r\n"
        . "Content-Length: $length\r\nConnection: close\r\n\r\n";
    print $client $body unless $request =~ /\AHEAD /;
    close $client;
}
