from pymemcache import serde
from pymemcache.client.hash import HashClient

from driver import MISSING, serve


class Pymemcache:
    def open(self, servers, setup):
        if "serde" in setup:
            setup["serde"] = getattr(serde, setup["serde"])
        if "key_prefix" in setup:
            setup["key_prefix"] = setup["key_prefix"].encode()
        addresses = [(server["host"], server["port"]) for server in servers]
        self.client = HashClient(addresses, default_noreply=False, **setup)

    def set(self, key, value, ttl):
        return self.client.set(key, value, expire=ttl)

    def get(self, key):
        return self.client.get(key, MISSING)

    def incr(self, key, by):
        return str(self.client.incr(key, by))

    def decr(self, key, by):
        return str(self.client.decr(key, by))

    def append(self, key, text):
        return self.client.append(key, text)

    def gets(self, key):
        value, self.token = self.client.gets(key)
        return value

    def cas(self, key, value):
        return self.client.cas(key, value, self.token)


serve(Pymemcache())
