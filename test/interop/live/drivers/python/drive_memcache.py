import memcache

from driver import MISSING, ClientDriver, serve


class PythonMemcached(ClientDriver):
    def open(self, servers, setup):
        self.compression = setup
        entries = [(f"{server['host']}:{server['port']}", server["weight"]) for server in servers]
        self.client = memcache.Client(entries, cache_cas=True, socket_timeout=10)

    def set(self, key, value, ttl):
        return self.client.set(key, value, time=ttl, **self.compression)

    def get(self, key):
        # get() answers None for a miss and for a None.
        return self.client.get_multi([key]).get(key, MISSING)

    def append(self, key, text):
        return bool(self.client.append(key, text))

    def gets(self, key):
        return self.client.gets(key)

    def cas(self, key, value):
        return self.client.cas(key, value)


serve(PythonMemcached())
