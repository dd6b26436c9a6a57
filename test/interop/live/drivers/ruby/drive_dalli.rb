# frozen_string_literal: true

# Drives dalli. The protocol is told in driver.ts, the neutral form of values in description.ts.

require 'base64'
require 'dalli'
require 'json'

Dalli.logger.level = Logger::FATAL

# The value that a Ruby program would store.
def natural(description)
  content = description['content']
  case description['type']
  when 'bytes' then Base64.decode64(content)
  when 'integer' then Integer(content)
  when 'float' then floating(content)
  when 'list' then content.map { |item| natural(item) }
  when 'map' then content.transform_values { |item| natural(item) }
  else content
  end
end

def floating(text)
  { 'Infinity' => Float::INFINITY, '-Infinity' => -Float::INFINITY, 'NaN' => Float::NAN }[text] || Float(text)
end

# What a Ruby program would see.
def describe(value)
  case value
  when nil then { type: 'null' }
  when true, false then { type: 'boolean', content: value }
  when Integer then { type: 'integer', content: value.to_s }
  when Float then { type: 'float', content: value.to_s }
  when String then describe_string(value)
  when Array then { type: 'list', content: value.map { |item| describe(item) } }
  when Hash then { type: 'map', content: value.to_h { |key, item| [key.to_s, describe(item)] } }
  else { type: 'other', content: value.class.name }
  end
end

def describe_string(value)
  if value.encoding == Encoding::BINARY
    { type: 'bytes', content: Base64.strict_encode64(value) }
  else
    { type: 'text', content: value }
  end
end

# dalli's own client, driven.
class Driver
  def open(servers:, setup:)
    @request = setup['raw'] ? { raw: true } : {}
    options = setup.transform_keys(&:to_sym).except(:raw).merge(socket_timeout: 10)
    options[:serializer] = Object.const_get(options[:serializer]) if options[:serializer]
    names = servers.map { |server| "#{server['host']}:#{server['port']}:#{server['weight']}" }
    @client = Dalli::Client.new(names, options)
    nil
  end

  def set(items:, ttl: 0)
    items.map { |key, value| stored(key, natural(value), ttl) }
  end

  def get(keys:)
    keys.map { |key| fetched(key) }
  end

  def incr(key:, by:)
    @client.incr(key, by).to_s
  end

  def decr(key:, by:)
    @client.decr(key, by).to_s
  end

  def append(key:, text:)
    @client.append(key, text)
  end

  def gets(key:)
    value, @token = @client.get_cas(key)
    describe(value)
  end

  def cas(key:, value:)
    @client.set_cas(key, natural(value), @token) ? true : false
  end

  private

  def stored(key, value, ttl)
    @client.set(key, value, ttl, @request) ? nil : 'not stored'
  rescue StandardError => e
    told(e)
  end

  def fetched(key)
    value = @client.get(key)
    # Only a miss is a nil without a token.
    value.nil? && @client.get_cas(key).last.to_i.zero? ? { type: 'missing' } : describe(value)
  rescue StandardError => e
    { type: 'error', content: told(e) }
  end
end

def told(error)
  "#{error.class}: #{error.message}"
end

def answer(message)
  $stdout.puts(JSON.generate(message))
  $stdout.flush
end

driver = Driver.new
$stdin.each_line do |line|
  request = JSON.parse(line)
  arguments = request.except('operation').transform_keys(&:to_sym)
  answer({ result: driver.public_send(request['operation'], **arguments) })
rescue StandardError => e
  answer({ error: told(e) })
end
