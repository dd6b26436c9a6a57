# What the drivers of Perl's clients share: requests in, answers out, values in their neutral form.
#
# A driver is an object with open, set and get, and what else its client can do. The protocol is told
# in driver.ts, the neutral form in description.ts.
package Driver;

use v5.36;
use B ();
use JSON::PP ();
use MIME::Base64 qw(decode_base64 encode_base64);

my $json = JSON::PP->new->utf8->canonical;

# The value that a Perl program would store. It encodes its text, unless the client does that itself.
sub natural ($description, $utf8) {
    my ($type, $content) = $description->@{qw(type content)};
    return undef if $type eq 'null';
    return decode_base64($content) if $type eq 'bytes';
    return 0 + $content if $type eq 'integer' || $type eq 'float';
    return $content ? !!1 : !!0 if $type eq 'boolean';
    return [map { natural($_, $utf8) } @$content] if $type eq 'list';
    return { map { $_ => natural($content->{$_}, $utf8) } keys %$content } if $type eq 'map';
    utf8::encode($content) unless $utf8;
    return $content;
}

# What a Perl program would see. A string is text or bytes.
sub describe ($value) {
    return { type => 'null' } unless defined $value;
    return { type => 'list', content => [map { describe($_) } @$value] } if ref $value eq 'ARRAY';
    if (ref $value eq 'HASH') {
        return { type => 'map', content => { map { $_ => describe($value->{$_}) } keys %$value } };
    }
    return { type => 'other', content => ref $value } if ref $value;
    my $flags = B::svref_2object(\$value)->FLAGS;
    unless ($flags & B::SVf_POK) {
        return { type => 'integer', content => "$value" } if $flags & B::SVf_IOK;
        return { type => 'float', content => "$value" } if $flags & B::SVf_NOK;
    }
    my $text = $value;
    return { type => 'text', content => $text } if utf8::is_utf8($text) || utf8::decode($text);
    return { type => 'bytes', content => encode_base64($value, '') };
}

sub serve ($driver) {
    $| = 1;
    while (my $line = <STDIN>) {
        my $request = $json->decode($line);
        my $method = $driver->can($request->{operation});
        if (!$method) {
            answer({ unsupported => JSON::PP::true });
            next;
        }
        my $result = eval { perform($driver, $method, $request) };
        answer($@ ? { error => "$@" } : { result => $result });
    }
}

sub perform ($driver, $method, $request) {
    my ($operation, $key) = $request->@{qw(operation key)};
    utf8::encode($key) if defined $key;
    if ($operation eq 'open') {
        $driver->open($request->{servers}, $request->{setup});
        return undef;
    }
    if ($operation eq 'set') {
        my $ttl = $request->{ttl} // 0;
        return [map { stored($driver, @$_, $ttl) } $request->{items}->@*];
    }
    return [map { fetched($driver, $_) } $request->{keys}->@*] if $operation eq 'get';
    return '' . $driver->$method($key, $request->{by}) if $operation =~ /^(?:incr|decr)$/;
    return describe($driver->gets($key)) if $operation eq 'gets';
    my $value = $operation eq 'append' ? $request->{text} : natural($request->{value}, 0);
    return $driver->$method($key, $value) ? JSON::PP::true : JSON::PP::false;
}

sub stored ($driver, $key, $description, $ttl) {
    utf8::encode($key);
    my $value = natural($description, $driver->{utf8});
    my $stored = eval { $driver->set($key, $value, $ttl) };
    return $stored ? undef : ($@ || 'not stored');
}

# A miss is an empty list, which an undef is not.
sub fetched ($driver, $key) {
    utf8::encode($key);
    my @found = eval { $driver->get($key) };
    return { type => 'error', content => "$@" } if $@;
    return @found ? describe($found[0]) : { type => 'missing' };
}

sub answer ($message) {
    say $json->encode($message);
}

1;
