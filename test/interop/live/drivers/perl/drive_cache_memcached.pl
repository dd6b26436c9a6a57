use v5.36;
use FindBin;
use lib $FindBin::Bin;
use Cache::Memcached;
use Driver;

package CacheMemcached {
    sub open ($self, $servers, $setup) {
        # Of a single server it takes no weight.
        my @entries = map { $_->{weight} == 1 ? name($_) : [name($_), $_->{weight}] } @$servers;
        $self->{client} = Cache::Memcached->new({
            servers => \@entries,
            connect_timeout => 10,
            select_timeout => 10,
            %$setup,
        });
    }

    sub name ($server) { "$server->{host}:$server->{port}" }

    sub set ($self, $key, $value, $ttl) { $self->{client}->set($key, $value, $ttl) }

    sub get ($self, $key) {
        my $found = $self->{client}->get_multi($key);
        return exists $found->{$key} ? $found->{$key} : ();
    }

    sub incr ($self, $key, $by) { $self->{client}->incr($key, $by) }
    sub decr ($self, $key, $by) { $self->{client}->decr($key, $by) }
    sub append ($self, $key, $text) { $self->{client}->append($key, $text) }
}

Driver::serve(bless {}, 'CacheMemcached');
