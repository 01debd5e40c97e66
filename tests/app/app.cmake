# Tests of the programs. tst_app: command line and configuration as libraries, then the real duplexd in its sandbox
# driven by the real duplex-cli, each test with a folder of its own.
if(TARGET duplexd AND TARGET duplex-cli)
    set(app_tests ${CMAKE_CURRENT_SOURCE_DIR}/app)
    file(GLOB app_test_sources CONFIGURE_DEPENDS ${app_tests}/*.cpp ${app_tests}/cli/*.cpp ${app_tests}/duplexd/*.cpp)
    duplex_test(tst_app SOURCES ${app_test_sources} LINK app_cli app_common core_bitcoin_keys TIMEOUT 900)
    target_compile_definitions(tst_app PRIVATE DUPLEX_BIN="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
    add_dependencies(tst_app duplexd duplex-cli)
endif()
