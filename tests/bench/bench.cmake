# Measurements, not tests: built by name (`ninja bench_light`), never run by ctest.
add_executable(bench_light EXCLUDE_FROM_ALL ${CMAKE_CURRENT_SOURCE_DIR}/bench/bench_light.cpp)
set_target_properties(bench_light PROPERTIES AUTOMOC OFF)
target_compile_definitions(bench_light PRIVATE DUPLEX_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/vectors")
target_link_libraries(bench_light PRIVATE core_bitcoin_light core_store fmt::fmt)
