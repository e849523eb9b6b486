#!/usr/bin/perl
# Bakes one order a second, as long as there are any.
use strict;
use warnings;

$SIG{TERM} = sub { exit 0 };
$| = 1;
my $next = <<'SQL';
UPDATE orders SET baked = now()
 WHERE number = (SELECT number FROM orders WHERE baked IS NULL ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING what
SQL
print "waiting for orders\n";
while (1) {
    my $what = qx{psql --no-psqlrc --quiet --tuples-only --no-align --command "$next"};
    print "baked: $what" if $what =~ /\S/;
    sleep 1;
}
