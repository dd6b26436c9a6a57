use v5.36;
use FindBin;
use lib $FindBin::Bin;
use Cache::Memcached::Fast;
use Driver;

package CacheMemcachedFast {
    sub open ($self, $servers, $setup) {
        my @entries = map { { address => "$_->{host}:$_->{port}", weight => $_->{weight} } } @$servers;
        $self->{client} = Cache::Memcached::Fast->new({
            servers => \@entries,
            connect_timeout => 10,
            io_timeout => 10,
            %$setup,
        });
        $self->{utf8} = $setup->{utf8};
    }

    sub set ($self, $key, $value, $ttl) { $self->{client}->set($key, $value, $ttl) }

    sub get ($self, $key) {
        my $found = $self->{client}->get_multi($key);
        return exists $found->{$key} ? $found->{$key} : ();
    }

    sub incr ($self, $key, $by) { $self->{client}->incr($key, $by) }
    sub decr ($self, $key, $by) { $self->{client}->decr($key, $by) }
    sub append ($self, $key, $text) { $self->{client}->append($key, $text) }

    sub gets ($self, $key) {
        ($self->{token}, my $value) = $self->{client}->gets($key)->@*;
        return $value;
    }

    sub cas ($self, $key, $value) { $self->{client}->cas($key, $self->{token}, $value) }
}

Driver::serve(bless {}, 'CacheMemcachedFast');
