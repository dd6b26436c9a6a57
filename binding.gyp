{
  'variables': {
    # pkg-config only tells where the libraries are, for systems that have them in a place of their own:
    # Debian's libmemcached.pc needs libssl-dev to be of use, the libraries themselves do not. Each is asked for
    # alone: of several it tells nothing where it does not know one of them, as on macOS libsasl2.
    'header_places': [
      '<!@(for library in libmemcached libsasl2 libuv; do pkg-config --cflags-only-I $library 2>/dev/null; done; true)',
    ],
    'library_places': [
      '<!@(for library in libmemcached libsasl2 libuv; do pkg-config --libs-only-L $library 2>/dev/null; done; true)',
    ],
  },
  'target_defaults': {
    'cflags': [
      '-fvisibility=hidden',
      '<@(header_places)',
    ],
    'cflags_cc!': ['-std=gnu++17', '-std=gnu++20', '-fno-exceptions', '-fno-rtti'],
    # Every member has a default, so that an initializer names only what differs from it.
    'cflags_cc': ['-std=c++20', '-Wno-missing-field-initializers'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++20',
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'GCC_ENABLE_CPP_RTTI': 'YES',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'OTHER_CFLAGS': ['<@(header_places)'],
    },
  },
  'targets': [
    {
      # Knows no Node: the include directories that node-gyp gives every target are taken away again,
      # so that an #include of napi.h, node_api.h or v8.h does not compile here.
      'target_name': 'engine',
      'type': 'static_library',
      'sources': ['<!@(find src -name "*.cc" | sort)'],
      'include_dirs': ['src'],
      'include_dirs/': [['exclude', '^<(node_root_dir)/']],
    },
    {
      'target_name': 'libmemcached',
      'product_name': 'libmemcached',  # gyp takes the "lib" off a target's name, not off a product's
      'sources': ['<!@(find native -name "*.cc" | sort)'],
      'include_dirs': ['src'],
      'dependencies': [
        'engine',
        '<!(node -p "require(\'node-addon-api\').targets"):node_addon_api_except_all',
      ],
      'defines': ['NAPI_VERSION=8'],
      'libraries': [
        '<@(library_places)',
        '-lmemcached',
        '-lhashkit',
      ],
    },
  ],
}
