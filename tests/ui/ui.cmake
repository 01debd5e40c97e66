# Tests of the window. tst_ui: formats and view-models with a fake session. tst_ui_pages: the real QML, headless; it
# writes every page in both themes to <build>/screenshots.
if(TARGET ui AND NOT DUPLEX_SANITIZE AND NOT DUPLEX_FUZZ)
    set(ui_tests ${CMAKE_CURRENT_SOURCE_DIR}/ui)
    file(GLOB ui_model_tests CONFIGURE_DEPENDS ${ui_tests}/format/*.cpp ${ui_tests}/models/*.cpp)
    file(GLOB ui_model_headers CONFIGURE_DEPENDS ${ui_tests}/models/*.h)
    add_executable(tst_ui ${ui_model_tests} ${ui_model_headers} ${ui_tests}/sample_world.cpp)
    target_link_libraries(tst_ui PRIVATE test_main ui)
    # Its own: the shared header of the tests knows no Qt Gui.
    target_precompile_headers(tst_ui PRIVATE <QTest> <QSignalSpy> <QAbstractItemModelTester>
        "${CMAKE_SOURCE_DIR}/ui/models/app_model.h")
    target_compile_options(tst_ui PRIVATE -O0) # they wait for timers, not for the processor
    add_test(NAME tst_ui COMMAND tst_ui)
    set_tests_properties(tst_ui PROPERTIES TIMEOUT 300 ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8")

    file(GLOB ui_page_tests CONFIGURE_DEPENDS ${ui_tests}/pages/*.cpp ${ui_tests}/pages/*.h)
    add_executable(tst_ui_pages ${ui_page_tests} ${ui_tests}/sample_world.cpp)
    find_package(Qt6 6.4 REQUIRED COMPONENTS QuickTest)
    target_link_libraries(tst_ui_pages PRIVATE ui test_main Qt6::QuickTest)
    target_precompile_headers(tst_ui_pages REUSE_FROM tst_ui)
    target_compile_options(tst_ui_pages PRIVATE -O0)
    target_compile_definitions(tst_ui_pages PRIVATE DUPLEX_SCREENSHOTS="${CMAKE_BINARY_DIR}/screenshots")
    add_test(NAME tst_ui_pages COMMAND tst_ui_pages)
    set_tests_properties(tst_ui_pages PROPERTIES TIMEOUT 300
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_QUICK_BACKEND=software;LC_ALL=C.UTF-8;QTEST_FUNCTION_TIMEOUT=900000;QTEST_DISABLE_STACK_DUMP=1")

    # The real window over the real engine, in the sandbox.
    if(TARGET app_common)
        add_executable(tst_ui_sandbox ${ui_tests}/e2e/tst_sandbox_window.cpp ${CMAKE_SOURCE_DIR}/app/duplex/window.cpp)
        target_link_libraries(tst_ui_sandbox PRIVATE app_common ui Qt6::Test Qt6::QuickTest)
        target_precompile_headers(tst_ui_sandbox REUSE_FROM tst_ui)
        target_compile_options(tst_ui_sandbox PRIVATE -O0)
        target_compile_definitions(tst_ui_sandbox PRIVATE DUPLEX_SCREENSHOTS="${CMAKE_BINARY_DIR}/screenshots")
        add_test(NAME tst_ui_sandbox COMMAND tst_ui_sandbox)
        set_tests_properties(tst_ui_sandbox PROPERTIES TIMEOUT 900
            ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_QUICK_BACKEND=software;LC_ALL=C.UTF-8;QTEST_FUNCTION_TIMEOUT=900000;QTEST_DISABLE_STACK_DUMP=1")
    endif()
endif()
