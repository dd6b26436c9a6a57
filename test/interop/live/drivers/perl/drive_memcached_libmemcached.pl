use v5.36;
use FindBin;
use lib $FindBin::Bin;
use Driver;
use Memcached::libmemcached;

package MemcachedLibmemcached {
    sub open ($self, $servers, $setup) {
        my $client = Memcached::libmemcached->new;
        my $behaviors_come_after = (delete $setup->{order} // '') eq 'after';
        set_behaviors($client, $setup) unless $behaviors_come_after;
        $client->memcached_server_add_with_weight($_->@{qw(host port weight)}) for @$servers;
        set_behaviors($client, $setup) if $behaviors_come_after;
        $self->{client} = $client;
    }

    sub set_behaviors ($client, $setup) {
        for my $name (keys %$setup) {
            my $behavior = Memcached::libmemcached->can("MEMCACHED_BEHAVIOR_$name")->();
            $client->memcached_behavior_set($behavior, value_of($setup->{$name}));
        }
    }

    # A number, or the name of a constant such as DISTRIBUTION_CONSISTENT.
    sub value_of ($value) {
        return $value =~ /^\d+$/ ? $value : Memcached::libmemcached->can("MEMCACHED_$value")->();
    }

    sub set ($self, $key, $value, $ttl) {
        my $client = $self->{client};
        return $client->memcached_set($key, $value, $ttl) || die $client->errstr . "\n";
    }

    sub get ($self, $key) {
        my $value = $self->{client}->get($key);
        return defined $value ? $value : () if $self->{client}->errstr =~ /^(?:SUCCESS|NOT FOUND|END)/;
        die $self->{client}->errstr . "\n";
    }

    sub incr ($self, $key, $by) {
        $self->{client}->memcached_increment($key, $by, my $value = 0);
        return $value;
    }

    sub decr ($self, $key, $by) {
        $self->{client}->memcached_decrement($key, $by, my $value = 0);
        return $value;
    }

    sub append ($self, $key, $text) { $self->{client}->memcached_append($key, $text) }
}

Driver::serve(bless {}, 'MemcachedLibmemcached');
